"""The board pack: what a run's numbers and findings say to whoever leads the company."""
