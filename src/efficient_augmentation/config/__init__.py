"""Settings: read, completed, checked as a whole before any job.

What the settings do is decided in the rooms that get them.
"""
