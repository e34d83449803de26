"""Cloud Run: one store behind its v2 API and the Knative one that gcloud uses; real processes."""
