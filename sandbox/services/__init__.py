"""The imitated services, one file each; importing :mod:`sandbox.services.all` registers them."""
