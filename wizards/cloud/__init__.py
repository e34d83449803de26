"""The only package that imports Google clients."""
