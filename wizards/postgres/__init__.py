"""PostgreSQL server tools, clusters, connections and the tunnel to Cloud SQL."""
