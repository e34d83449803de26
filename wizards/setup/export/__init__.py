"""The set-up in other tools' words: Terraform, or a gcloud script. No lock-in."""
