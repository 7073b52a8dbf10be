"""Delivery status notifications as mail servers write them (RFC 3464), about a mail with a given Message-ID to an address."""

from base64 import encodebytes

POSTFIX = """Return-Path: <>
From: MAILER-DAEMON@mx.ale.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: leden@leden.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="8F2B1C0042.1795685000/mx.ale.example"
Message-Id: <20261126101500.3A1B2C0043@mx.ale.example>

This is a MIME-encapsulated message.

--8F2B1C0042.1795685000/mx.ale.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.ale.example.

<{address}>: host mail.ale.example[192.0.2.7] said: 550 5.1.1
    <{address}>: Recipient address rejected: User unknown in virtual mailbox table

--8F2B1C0042.1795685000/mx.ale.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.ale.example
X-Postfix-Queue-ID: 8F2B1C0042
X-Postfix-Sender: rfc822; leden@leden.example
Arrival-Date: Thu, 26 Nov 2026 11:14:58 +0100 (CET)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: failed
Status: {status}
Remote-MTA: dns; mail.ale.example
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address rejected

--8F2B1C0042.1795685000/mx.ale.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Received: from leden.example (leden.example [192.0.2.1])
\tby mx.ale.example (Postfix) with ESMTPS id 8F2B1C0042
Content-Type: text/plain; charset="utf-8"
MIME-Version: 1.0
Subject: Du har en plats
From: Leden <leden@leden.example>
To: {address}
Message-ID: {message_id}

Du har en plats.

--8F2B1C0042.1795685000/mx.ale.example--
"""

EXCHANGE = """MIME-Version: 1.0
From: <postmaster@tjorn.onmicrosoft.example>
To: <leden@leden.example>
Date: Thu, 26 Nov 2026 10:15:02 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="bdc1c5b6-93c0-4b15-9a9c-3c5cd1d8f0f4"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: sv-SE
Message-ID: <8a3cf3c3-aaaa@AM0PR03MB0001.eurprd03.prod.example>
In-Reply-To: {message_id}
References: {message_id}
Subject: =?utf-8?B?T2xldmVyZXJiYXJ0OiBEdSBoYXIgZW4gcGxhdHM=?=
Auto-Submitted: auto-replied

--bdc1c5b6-93c0-4b15-9a9c-3c5cd1d8f0f4
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PGh0bWw+PGJvZHk+RGl0dCBtZWRkZWxhbmRlIGt1bmRlIGludGUgbGV2ZXJlcmFzLjwvYm9keT48L2h0bWw+

--bdc1c5b6-93c0-4b15-9a9c-3c5cd1d8f0f4
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR03MB0001.eurprd03.prod.example
Received-From-MTA: dns;mx.leden.example
Arrival-Date: Thu, 26 Nov 2026 10:15:00 +0000

Final-Recipient: rfc822;{address}
Action: failed
Status: {status}
Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException
X-Display-Name: Deltagare

--bdc1c5b6-93c0-4b15-9a9c-3c5cd1d8f0f4
Content-Type: text/rfc822-headers
Content-Transfer-Encoding: base64

{headers_base64}

--bdc1c5b6-93c0-4b15-9a9c-3c5cd1d8f0f4--
"""

EXIM = """Return-path: <>
From: Mail Delivery System <Mailer-Daemon@relay.example>
To: leden@leden.example
References: {message_id}
Content-Type: multipart/report; report-type=delivery-status; boundary=1795685402-eximdsn-1415926535
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1tFx2a-0004Tq-2V@relay.example>

--1795685402-eximdsn-1415926535
Content-type: text/plain; charset=us-ascii

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error.

  {address}
    retry timeout exceeded

--1795685402-eximdsn-1415926535
Content-type: message/delivery-status

Reporting-MTA: dns; relay.example

Action: failed
Final-Recipient: rfc822;{address}
Status: {status}

--1795685402-eximdsn-1415926535
Content-type: text/rfc822-headers

Return-path: <leden@leden.example>
Subject: Du har en plats
To: {address}
Message-ID: {message_id}

--1795685402-eximdsn-1415926535--
"""

GOOGLE = """Return-Path: <>
Content-Type: multipart/report; boundary="000000000000a1b2c3061f0d0001"; report-type=delivery-status
To: leden@leden.example
From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
Subject: Delivery Status Notification (Failure)
In-Reply-To: {message_id}
References: {message_id}
Message-ID: <67460001.050a0220.1a2b3c.0001.GMR@mx.google.example>

--000000000000a1b2c3061f0d0001
Content-Type: multipart/related; boundary="000000000000a1b2c4061f0d0003"

--000000000000a1b2c4061f0d0003
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: quoted-printable

** Meddelandet har blockerats **

--000000000000a1b2c4061f0d0003--

--000000000000a1b2c3061f0d0001
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example
Arrival-Date: Thu, 26 Nov 2026 02:15:01 -0800 (PST)

Final-Recipient: rfc822; {address}
Action: FAILED
Status: {status}
Remote-MTA: dns; aspmx.example. (192.0.2.27)
Diagnostic-Code: smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated.
Last-Attempt-Date: Thu, 26 Nov 2026 02:15:02 -0800 (PST)

--000000000000a1b2c3061f0d0001--
"""

SENDMAIL_DELAYED = """From: Mail Delivery Subsystem <MAILER-DAEMON@gw.example>
To: <leden@leden.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4AQABC12034567.1795685000/gw.example"
Subject: Warning: could not send message for past 4 hours

--4AQABC12034567.1795685000/gw.example

    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

--4AQABC12034567.1795685000/gw.example
Content-Type: message/delivery-status

Reporting-MTA: dns; gw.example
Arrival-Date: Thu, 26 Nov 2026 07:00:00 +0100

Final-Recipient: RFC822; {address}
Action: delayed
Status: {status}
Last-Attempt-Date: Thu, 26 Nov 2026 11:00:00 +0100
Will-Retry-Until: Tue, 1 Dec 2026 07:00:00 +0100

--4AQABC12034567.1795685000/gw.example
Content-Type: text/rfc822-headers

Message-ID: {message_id}
To: {address}

--4AQABC12034567.1795685000/gw.example--
"""

AWAY = """From: Amira <{address}>
To: leden@leden.example
Subject: Automatiskt svar: Du har en plats
In-Reply-To: {message_id}
Auto-Submitted: auto-replied
Content-Type: text/plain; charset="utf-8"

Jag är inte här i dag. Status: {status}
"""


def write(text: str, message_id: str, address: str = "amira@example.org", status: str = "5.1.1") -> bytes:
    """One notification as bytes, with CRLF as it comes over the wire."""

    headers = f"To: {address}\r\nSubject: Du har en plats\r\nMessage-ID: {message_id}\r\n"
    facts = {"message_id": message_id, "address": address, "status": status}
    filled = text.format(headers_base64=encodebytes(headers.encode()).decode(), **facts)
    return filled.replace("\n", "\r\n").encode()
