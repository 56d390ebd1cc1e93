"""How deals become revenue: won or lost, stage by stage, and who carries them."""
