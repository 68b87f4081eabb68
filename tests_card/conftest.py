"""These tests run on a pretended card; it stays in the process, so they do not run beside the others."""

import card

card.insert()
