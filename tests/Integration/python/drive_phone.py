"""Drives a phone over a terminal device with literal DIAG frames, and compares its replies with literal frames.

Written from the protocol alone: framing, check and expected bytes share nothing with the C# code they test.
Usage: drive_phone.py DEVICE SCENARIO     (scenarios: healthy, locked, at-commands)
Prints one line per exchange; ends with 0 when all replies are right, else with 1.
"""

import os
import select
import sys
import termios
import time

DEADLINE = 10.0

# NV 550 as 3GPP TS 24.008 codes it: length 8, then digits, low nibble first.
IMEI_1 = "08 3a 65 39 08 53 46 83 90"  # 356938035643809
IMEI_2 = "08 4a 09 51 24 30 32 57 81"  # 490154203237518


def zeros(count):
    return "00 " * count


class Line:
    """A raw terminal that is read frame by frame."""

    def __init__(self, device):
        self.fd = os.open(device, os.O_RDWR | os.O_NOCTTY)
        attributes = termios.tcgetattr(self.fd)
        attributes[0] = attributes[1] = attributes[3] = 0
        attributes[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
        termios.tcsetattr(self.fd, termios.TCSANOW, attributes)
        self.rest = b""

    def send(self, data):
        while data:
            data = data[os.write(self.fd, data):]

    def receive(self, end):
        """The bytes up to and including `end`."""
        limit = time.monotonic() + DEADLINE
        while end not in self.rest:
            ready, _, _ = select.select([self.fd], [], [], max(0.0, limit - time.monotonic()))
            if not ready:
                raise TimeoutError("no reply; got " + self.rest.hex(" "))
            self.rest += os.read(self.fd, 65536)
        at = self.rest.index(end) + len(end)
        found, self.rest = self.rest[:at], self.rest[at:]
        return found

    def nothing_comes(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        return not ready and not self.rest


def crc(data):
    """CRC-16/X-25, bit by bit."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value ^ 0xFFFF


def frame(packet):
    data = packet + crc(packet).to_bytes(2, "little")
    return data.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e") + b"\x7e"


def packet(received):
    """The packet inside a frame; raises when its check is wrong."""
    data = received[:-1].replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d")
    if crc(data[:-2]) != int.from_bytes(data[-2:], "little"):
        raise AssertionError("wrong check: " + received.hex(" "))
    return data[:-2]


class Check:
    def __init__(self, line):
        self.line = line
        self.failed = 0

    def report(self, what, good, detail=""):
        print(("ok    " if good else "FAIL  ") + what + ("" if good else ": " + detail))
        self.failed += not good

    def exchange(self, what, request, expected):
        """Sends a literal frame and wants a literal frame back."""
        self.line.send(bytes.fromhex(request))
        wanted = bytes.fromhex(expected)
        got = self.line.receive(b"\x7e")
        self.report(what, got == wanted, f"wanted {wanted.hex(' ')}, got {got.hex(' ')}")

    def ask(self, what, request, holds):
        """Sends a packet and asks `holds` about the packet that comes back."""
        self.line.send(frame(request))
        got = packet(self.line.receive(b"\x7e"))
        self.report(what, holds(got), "got " + got.hex(" "))
        return got


def healthy(check):
    """A dual-SIM phone with IMEI 1 in slot 1 and IMEI 2 in slot 2, to which IMEI 2 is written in slot 1 and back."""
    imei_1_reply = "26 26 02 " + IMEI_1 + zeros(119) + "00 00"
    imei_1_frame = frame(bytes.fromhex(imei_1_reply)).hex(" ")
    imei_2_frame = "26 26 02 " + IMEI_2 + zeros(119) + "00 00 61 9b 7e"

    check.ask("VERNO is 55 bytes", b"\x00", lambda p: len(p) == 55 and p[0] == 0)
    check.ask("EXT_BUILD_ID names the model", b"\x7c", lambda p: p[0] == 0x7C and p[12:].split(b"\0")[1] == b"SM-G991U")
    check.ask("DIAG_VER is 3 bytes", b"\x1c", lambda p: len(p) == 3)
    check.ask("TIME_STAMP is 9 bytes", b"\x1d", lambda p: len(p) == 9)
    esn = check.ask("ESN is a pseudo-ESN", b"\x01", lambda p: len(p) == 5 and p[4] == 0x80)
    check.ask("NV item 0 is the ESN", bytes.fromhex("26 00 00" + zeros(130)), lambda p: p[3:7] == esn[1:])
    check.ask("STATUS is refused", b"\x0c", lambda p: p == b"\x13\x0c")
    check.ask("FEATURE_QUERY is refused", b"\x51", lambda p: p == b"\x13\x51")
    check.exchange("an unknown command is refused with its echo", frame(b"\xff").hex(), "13 ff c6 bf 7e")
    check.exchange("loopback", "7b 01 02 03 79 3d 7e", "7b 01 02 03 79 3d 7e")
    check.exchange("loopback of flags and escapes", "7b 7d 5d 7d 5e 7d 5d 9f db 7e", "7b 7d 5d 7d 5e 7d 5d 9f db 7e")
    check.exchange("BAD_LEN of a 4-byte read", frame(bytes.fromhex("26 26 02 00")).hex(), frame(bytes.fromhex("15 26 26 02 00")).hex())

    for form, request in {
        "133-byte": "26 26 02 " + zeros(130) + "3e 2b 7e",
        "131-byte": "26 26 02 " + zeros(128) + "41 f8 7e",
        "3-byte": "26 26 02 df 47 7e",
    }.items():
        check.exchange(f"IMEI of slot 1 by the {form} form", request, imei_1_frame)
    check.exchange("IMEI of slot 2", "4b 30 01 00 26 02 01 00 " + zeros(130) + "48 c6 7e",
                   frame(bytes.fromhex("4b 30 01 00 26 02 01 00" + IMEI_2 + zeros(121))).hex())
    check.exchange("write to slot 2, context 1", "4b 30 02 00 26 02 01 00 " + IMEI_1 + zeros(119) + "00 00 df 46 7e",
                   "4b 30 02 00 26 02 01 00 " + IMEI_1 + zeros(119) + "00 00 df 46 7e")
    check.exchange("read back of slot 2", "4b 30 01 00 26 02 01 00 " + zeros(130) + "48 c6 7e",
                   "4b 30 01 00 26 02 01 00 " + IMEI_1 + zeros(119) + "00 00 41 59 7e")
    check.exchange("slot 1 by the NV subsystem, context 0", "4b 30 01 00 26 02 00 00 " + zeros(130) + "69 58 7e",
                   frame(bytes.fromhex("4b 30 01 00 26 02 00 00" + IMEI_1 + zeros(121))).hex())

    written = "27 26 02 " + IMEI_2 + zeros(119) + "00 00 74 ab 7e"
    for form, request in {
        "133-byte": written,
        "131-byte": "27 26 02 " + IMEI_2 + zeros(119) + "30 32 7e",
        "3+9": "27 26 02 " + IMEI_2 + "c5 86 7e",
        "3+12": "27 26 02 " + IMEI_2 + "00 00 00 f7 2d 7e",
    }.items():
        check.exchange(f"write by the {form} form", request, written)
        check.exchange("read back", "26 26 02 df 47 7e", imei_2_frame)
        check.ask("and the old value again", bytes.fromhex("27 26 02" + IMEI_1 + zeros(121)), lambda p: p[131:] == b"\0\0")

    check.ask("the ESN is read-only", bytes.fromhex("27 00 00 12 34 56 78" + zeros(126)), lambda p: p[131:] == b"\x07\x00")
    check.ask("an item in the vendor range is not defined", bytes.fromhex("26 20 4e" + zeros(130)), lambda p: p[131:] == b"\x08\x00")
    check.ask("an item far out is refused by a packet", bytes.fromhex("26 60 ea" + zeros(130)),
              lambda p: p == bytes.fromhex("14 26 60 ea" + zeros(130)))
    check.ask("context 2 is a bad parameter", bytes.fromhex("4b 30 01 00 26 02 02 00" + zeros(130)), lambda p: p[136:] == b"\x06\x00")
    for item in (125, 126):
        check.ask(f"item {item} carries flags and escapes", bytes([0x26, item, 0]) + bytes(130),
                  lambda p, item=item: p[1] == item and b"\x7e\x7d" in p[3:131])
    seen = set()
    for item in range(7000, 7400):
        got = check_status(check.line, item)
        seen.add(got)
    check.report("NOTACTIVE and BADPARM are both met", {5, 6} <= seen, str(seen))

    check.exchange("log masks off", "73 00 00 00 00 00 00 00 da 81 7e", frame(bytes.fromhex("73" + zeros(11))).hex())
    check.ask("message masks off", bytes.fromhex("7d 05 00 00 00 00 00 00"), lambda p: p[:2] == b"\x7d\x05")
    check.exchange("events off", "60 00 12 6a 7e", frame(b"\x60\x00\x00").hex())
    check.ask("keep-alive is 16 bytes", bytes.fromhex("4b 32 03 00"), lambda p: len(p) == 16 and p[:4] == bytes.fromhex("4b 32 03 00"))
    check.exchange("SPC 000000 is accepted", "41 30 30 30 30 30 30 df 8a 7e", "41 01 70 41 7e")
    check.exchange("password accepted", "46 ff ff ff ff ff ff ff fe 77 65 7e", "46 01 78 0c 7e")
    check.ask("password refused", b"\x46" + b"\xff" * 8, lambda p: p == b"\x46\x00")

    check.line.send(bytes.fromhex("26 26 02 00 00 7e"))
    got = check.line.receive(b"\x7e")
    check.report("a bad check is answered 13 with all its bytes", packet(got) == bytes.fromhex("13 26 26 02 00 00 7e"), got.hex(" "))
    check.exchange("an aborted frame is passed over", "26 26 7d 7e 26 26 02 df 47 7e", imei_1_frame)
    check.exchange("so is a leading flag", "7e 26 26 02 df 47 7e", imei_1_frame)
    check.line.send(bytes.fromhex("26 26 02 df 47 7e" + "7b 01 02 03 79 3d 7e"))
    check.report("two frames in one write: the first", check.line.receive(b"\x7e").hex(" ") == imei_1_frame)
    check.report("two frames in one write: the second", check.line.receive(b"\x7e") == bytes.fromhex("7b 01 02 03 79 3d 7e"))

    check.exchange("offline-digital", "29 01 00 31 40 7e", "29 01 00 31 40 7e")
    check.ask("online again is refused", b"\x29\x04\x00", lambda p: p == b"\x18\x29\x04\x00")
    check.exchange("reset is answered", "29 02 00 59 6a 7e", "29 02 00 59 6a 7e")


def check_status(line, item):
    line.send(frame(bytes([0x26, item & 0xFF, item >> 8]) + bytes(130)))
    return int.from_bytes(packet(line.receive(b"\x7e"))[131:], "little")


def locked(check):
    """A phone whose IMEIs are lost and that takes writes only after SPC 613908."""
    write = "27 26 02 " + IMEI_2 + zeros(119) + "00 00 74 ab 7e"
    check.ask("slot 1 is all zero, status done", b"\x26\x26\x02", lambda p: p[3:] == bytes(130))
    check.ask("slot 2 is not active", bytes.fromhex("4b 30 01 00 26 02 01 00" + zeros(130)), lambda p: p[136:] == b"\x05\x00")
    check.exchange("a write is refused BAD_SPC_MODE", write, "42 27 26 02 08 4a 09 51 24 30 32 57 81 00 00 00 00 4a 17 7e")
    check.exchange("SPC 000000 is refused", "41 30 30 30 30 30 30 df 8a 7e", "41 00 f9 50 7e")
    check.line.send(frame(b"\x00"))
    check.report("then the phone is deaf", check.line.nothing_comes(0.3))
    limit = time.monotonic() + DEADLINE
    while time.monotonic() < limit:
        check.line.send(frame(b"\x1c"))
        if not check.line.nothing_comes(0.25):
            break
    check.report("and listens again", packet(check.line.receive(b"\x7e"))[0] == 0x1C)
    check.exchange("the right SPC is accepted", frame(b"\x41613908").hex(), "41 01 70 41 7e")
    check.exchange("the write is taken", write, write)
    check.exchange("and reads back", "26 26 02 df 47 7e", "26 26 02 " + IMEI_2 + zeros(119) + "00 00 61 9b 7e")


def at_commands(check):
    """A port that is not DIAG."""
    check.line.send(b"AT\r")
    check.report("AT is echoed and answered OK", check.line.receive(b"OK\r\n") == b"AT\r\r\nOK\r\n")
    check.line.send(bytes.fromhex("00 78 f0 7e"))
    check.report("a VERNO frame only comes back", check.line.receive(b"\x7e") == bytes.fromhex("00 78 f0 7e"))
    check.line.send(b"\r")
    check.report("and is an ERROR", check.line.receive(b"ERROR\r\n") == b"\r\r\nERROR\r\n")
    check.line.send(b"ATI\r")
    check.report("ATI names the model", b"SM-G991B" in check.line.receive(b"OK\r\n"))


def main():
    device, scenario = sys.argv[1:]
    assert crc(b"123456789") == 0x906E, "the check of this script is wrong"
    check = Check(Line(device))
    {"healthy": healthy, "locked": locked, "at-commands": at_commands}[scenario](check)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
