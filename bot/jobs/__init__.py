"""Carriers, workers and schedules: what moves a run when nobody presses."""
