#!/usr/bin/env python3
"""terminal.py COLSxROWS [REGEX ACTION]... -- COMMAND... - run COMMAND on a terminal of its own

Each time what is on the screen matches the next REGEX, its ACTION is done: ^C is that key,
all else a shell command.  Prints the screens that differ, each behind a line of "====", and
leaves the bytes as they came in ./raw.  The status is COMMAND's; 99 where it left the
terminal in another mode, went on for two minutes, or an ACTION was not reached.
"""
import fcntl, os, pty, re, select, signal, struct, subprocess, sys, termios, time


class Screen:
    """The few controls that a progress display may use; any other is an error."""

    def __init__(self, cols, rows):
        self.cols, self.rows, self.lines, self.row, self.col = cols, rows, [""], 0, 0

    def put(self, text):
        for token in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|[^\x1b]", text, re.S):
            if token == "\r":
                self.col = 0
            elif token == "\n":
                self.down()
            elif token.endswith("A") and len(token) > 1:
                self.row = max(self.row - int(token[2:-1]), len(self.lines) - self.rows, 0)
            elif token == "\x1b[K":
                self.lines[self.row] = self.lines[self.row][: self.col]
            elif token == "\x1b[J":
                self.lines[self.row] = self.lines[self.row][: self.col]
                for i in range(self.row + 1, len(self.lines)):
                    self.lines[i] = ""
            elif token.endswith("m") and len(token) > 1:
                pass
            elif token.startswith("\x1b"):
                sys.exit(f"terminal.py: what is {token!r}?")
            else:
                if self.col == self.cols:
                    self.down()
                    self.col = 0
                line = self.lines[self.row].ljust(self.col)
                self.lines[self.row] = line[: self.col] + token + line[self.col + 1 :]
                self.col += 1

    def down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def text(self):
        return "\n".join(line.rstrip() for line in self.lines[-self.rows :])


def main():
    cols, rows = map(int, sys.argv[1].split("x"))
    split = sys.argv.index("--")
    plan = list(zip(sys.argv[2:split:2], sys.argv[3:split:2]))
    pid, fd = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job of a shell starts without
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.execvp(sys.argv[split + 1], sys.argv[split + 1 :])
    modes, screen, last = termios.tcgetattr(fd), Screen(cols, rows), ""
    rest, after, deadline = b"", modes, time.time() + 120
    with open("raw", "wb") as raw:
        while time.time() < deadline:
            if not select.select([fd], [], [], 1)[0]:
                continue
            try:
                after = termios.tcgetattr(fd)
                data = os.read(fd, 65536)
            except OSError:
                break
            raw.write(data)
            rest += data
            cut = rest.rfind(b"\x1b") if re.search(rb"\x1b(\[[0-9;]*)?$", rest) else len(rest)
            screen.put(rest[:cut].decode())
            rest = rest[cut:]
            if screen.text() != last:
                last = screen.text()
                print(f"====\n{last}")
            if plan and re.search(plan[0][0], last, re.S):
                action = plan.pop(0)[1]
                if action == "^C":
                    os.write(fd, b"\x03")
                else:
                    subprocess.run(action, shell=True, check=True)
        else:
            print("terminal.py: it does not end")
            os.close(fd)
            sys.exit(99)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if modes != after or plan:
        print(f"terminal.py: modes {modes} {after}, not done: {plan}")
        status = 99
    sys.exit(status if status >= 0 else 128 - status)


main()
