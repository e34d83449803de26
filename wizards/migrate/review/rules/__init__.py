"""One file per family of statements; each rule is a small function over one parsed node."""
