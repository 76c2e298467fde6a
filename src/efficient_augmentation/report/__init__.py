"""The report: one HTML file that carries every figure, sentence and table.

Figures are drawn in `figures`, and numbers computed in `analysis`.
"""
