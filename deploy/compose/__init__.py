"""What the compose file needs besides images: secrets, settings, and the one-shot provisioning."""
