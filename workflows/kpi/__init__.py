"""The week's numbers: what is counted, compared and unusual. Pure arithmetic on rows somebody else read."""
