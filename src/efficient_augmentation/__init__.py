"""Which training points are worth augmenting? (Kuchnik and Smith, ICLR 2019)."""
