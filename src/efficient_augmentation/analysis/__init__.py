"""What the results say: areas, comparisons, the answer, claims, checks of result files.

It reads tables; nothing here simulates, trains or draws.
"""
