"""Pages of certificates: the own ones, HR's list, bundles, and the public check."""
