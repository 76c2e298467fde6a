"""What the settings of an experiment imply: its files, figures, inputs and plans of its stages.

Rules, checks, figures and report all ask here; nothing is computed or drawn.
"""
