"""What the HTML report is made of: its lists, its picture, and the templates that show them."""
