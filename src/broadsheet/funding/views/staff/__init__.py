"""The staff's screens about supporters and money, inside the desk."""
