"""Everything on one machine: servers, identity provider and services under one supervisor."""
