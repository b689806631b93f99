"""Edits that are learnt from: kept, shown to agents without anybody's values, switched off again."""
