"""Cloud Build: builds whose steps are imitated in scaled time, triggers, connections."""
