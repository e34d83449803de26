"""The set-up as Terraform for the google provider, with an import block for whatever exists."""
