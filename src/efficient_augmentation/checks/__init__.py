"""What must hold of an experiment's results, whatever the data are.

Every check lists what is wrong with a file; nothing here computes, mends or judges a result.
"""
