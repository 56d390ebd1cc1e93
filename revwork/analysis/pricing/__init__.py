"""What our prices, discounts and offers do."""
