"""What an experiment is made of, by its settings: files, figures, inputs, plans of its stages.

Rules, checks, figures and report all ask here; nothing here computes or draws a result.
"""
