"""Regions that have Cloud Run, Cloud SQL, Secret Manager and Artifact Registry, with the place."""

from __future__ import annotations

REGIONS: tuple[tuple[str, str], ...] = (
    ("asia-northeast3", "Seoul"),
    ("asia-northeast1", "Tokyo"),
    ("asia-northeast2", "Osaka"),
    ("asia-east1", "Taiwan"),
    ("asia-southeast1", "Singapore"),
    ("asia-south1", "Mumbai"),
    ("australia-southeast1", "Sydney"),
    ("europe-north1", "Finland"),
    ("europe-west1", "Belgium"),
    ("europe-west2", "London"),
    ("europe-west3", "Frankfurt"),
    ("europe-west4", "Netherlands"),
    ("us-central1", "Iowa"),
    ("us-east1", "South Carolina"),
    ("us-east4", "Virginia"),
    ("us-west1", "Oregon"),
    ("southamerica-east1", "São Paulo"),
)
