"""The set-up as one shell script of gcloud commands that may run any number of times."""
