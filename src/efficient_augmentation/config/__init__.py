"""Settings: read, completed with defaults, and checked as a whole before any job.

Every section of the config has a file with its typed model and its checks. The effect of settings
is up to the rooms that receive them.
"""
