"""Short links: a slug leads to an address, and every visit is counted."""
