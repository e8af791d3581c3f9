"""Put a record on a partner's raw topic, encrypted with the partner's data key."""

import argparse
import asyncio
import base64
import hmac
import json
import os
import sys
from pathlib import Path

from aiokafka import AIOKafkaProducer
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def seal(record: bytes, data_key: str, topic: str) -> bytes:
    """Return nonce + AES-256-GCM, bound to the name of the topic."""
    key = hmac.digest(base64.b64decode(data_key), b"schakel/encrypt", "sha256")
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, record, topic.encode())


async def send(bootstrap: str, topic: str, key: str, sealed: bytes) -> None:
    """Send one record; it is on the log when this returns."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
    await producer.start()
    try:
        headers = [("schakel_enc", b"a256gcm")]
        sent = await producer.send_and_wait(topic, sealed, key=key.encode(), headers=headers)
    finally:
        await producer.stop()
    print(f"{topic}/{sent.partition}/{sent.offset}")


def main() -> None:
    """Send what comes in on standard input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("partner")
    parser.add_argument("connector")
    parser.add_argument("key_file", type=Path, help="the partner's key file, with the data key")
    parser.add_argument("--bootstrap", required=True, help="address of Kafka")
    parser.add_argument("--key", required=True, help="your own number of the person: it keeps their records in order")
    arguments = parser.parse_args()
    data_key = json.loads(arguments.key_file.read_text("utf-8"))["data"]
    topic = f"raw.{arguments.partner}.{arguments.connector}"
    sealed = seal(sys.stdin.buffer.read(), data_key, topic)
    asyncio.run(send(arguments.bootstrap, topic, arguments.key, sealed))


if __name__ == "__main__":
    main()
