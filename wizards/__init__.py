"""Asks, plans and runs; knows no terminal."""
