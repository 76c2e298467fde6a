"""What the results say: areas, comparisons, the answer, claims, sentences.

It reads tables; nothing here simulates, trains or draws.
"""
