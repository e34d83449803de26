"""The kinds of Cloud Run's resources in the store."""

SERVICE = "run-service"
REVISION = "run-revision"
JOB = "run-job"
EXECUTION = "run-execution"
BY_ID = "run-by-id"
