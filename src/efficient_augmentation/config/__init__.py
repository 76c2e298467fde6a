"""Settings: read, completed, checked as a whole before any job.

Every section of the config has a file with its typed model and its checks. What the settings do
is decided in the rooms that get them.
"""
