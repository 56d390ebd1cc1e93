"""Any metric by any dimension, of any period and part, and what moved it."""
