"""What is deployed: panels as data."""
