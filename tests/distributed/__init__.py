"""`make distributed`: Leden on several hosts, all of them on loopback, and what is left when one host and one worker die.

Two clusters of PostgreSQL (the standby has applied what the primary answers), pgbouncer in transaction mode, Redis, an S3 store, two
web servers, two workers. People sign in through both web servers and write; each answered write stands in their ledger. In the middle
the primary and one worker are killed, the standby is promoted and pgbouncer turned to it. Then everything is counted (checks.py).
"""
