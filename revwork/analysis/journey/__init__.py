"""Journey: the steps on the way to a purchase, where it breaks off, and what that costs."""
