"""The revenue workbench: departmental data in, an interactive revenue report out."""
