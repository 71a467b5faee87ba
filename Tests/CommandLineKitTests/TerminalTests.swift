import CommandLineKit
import Diagnostics
import Foundation
import Support
import Testing

@Suite struct TextTableTests {
    @Test func aligned() {
        var table = TextTable(["table", "rows", "note"])
        table.append(["silver.orders", .number("12"), "ok"])
        table.append(["漢字", .number("1234"), .null])
        table.append(["e\u{301}", .null, "😀 x"])
        #expect(
            table.render() == """
                table          rows  note
                -------------  ----  ----
                silver.orders    12  ok
                漢字           1234  NULL
                e\u{301}              NULL  😀 x

                """)
    }

    @Test func noRows() {
        #expect(TextTable(["a", "bc"]).render() == "a  bc\n-  --\n")
        #expect(TextTable([]).render() == "")
    }

    @Test func alignmentThatIsAskedFor() {
        var table = TextTable([.init("id", .left), .init("name", .right)])
        table.append([.number("1"), "ab"])
        #expect(table.render() == "id  name\n--  ----\n1     ab\n")
    }

    @Test func theWidestColumnsAreCut() {
        var table = TextTable(["id", "text", "other"])
        table.append([.number("1"), .text(String(repeating: "x", count: 50)), .text(String(repeating: "漢", count: 10))])
        let lines = table.render(width: 40).split(separator: "\n")
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 40 })
        #expect(lines[2].hasPrefix(" 1  xxxxxxxxxxxxxxxx"))
        #expect(lines[2].contains("x…  漢"))
        #expect(table.render(width: 1).contains("…"))
    }

    @Test func controlCharactersAreVisible() {
        var table = TextTable(["a"])
        table.append(["x\n\u{1B}[31m"])
        #expect(table.render() == "a\n-----------------\nx<U+000A><U+001B>[31m\n".replacing("-----------------", with: String(repeating: "-", count: 21)))
    }

    @Test func style() {
        var table = TextTable(["a"])
        table.append([.null])
        #expect(table.render(style: .coloured).contains("\u{1B}[1ma\u{1B}[0m\n"))
        #expect(table.render(style: .coloured).contains("\u{1B}[2mNULL\u{1B}[0m\n"))
    }
}

/// A terminal's screen that knows the few sequences a live view writes.
private struct Screen {
    var lines: [String] = [""]
    var row = 0

    init(_ output: String, width: Int) {
        var rest = Substring(output)
        while let character = rest.popFirst() {
            if character == "\u{1B}" {
                let sequence = rest.prefix { !$0.isLetter }
                rest = rest.dropFirst(sequence.count)
                let number = Int(sequence.dropFirst()) ?? 1
                switch rest.popFirst() {
                case "F": row -= number; column = 0
                case "K": lines[row] = String(lines[row].prefix(column))
                case "J": lines.removeLast(lines.count - row - 1); lines[row] = String(lines[row].prefix(column))
                case "m": break
                default: Issue.record("unknown sequence")
                }
            } else if character == "\n" {
                row += 1
                column = 0
                if row == lines.count { lines.append("") }
            } else {
                var cells = Array(lines[row])
                if column < cells.count { cells[column] = character } else { cells.append(character) }
                lines[row] = String(cells)
                column += 1
                #expect(column <= width)
            }
        }
    }
    private var column = 0
}

@Suite struct LiveViewTests {
    private func screen(width: Int = 20, height: Int = 10, _ body: (inout LiveView) -> Void) -> [String] {
        let terminal = Terminal.inMemory(isInteractive: true, width: width, height: height)
        var view = LiveView(terminal)
        body(&view)
        return Screen(terminal.contents, width: width).lines
    }

    @Test func isDrawnInPlace() {
        #expect(screen { $0.update(["a", "bbb"]); $0.update(["x", "y"]) } == ["x", "y", ""])
        #expect(screen { $0.update(["a", "b", "c"]); $0.update(["x"]) } == ["x", ""])
        #expect(screen { $0.update(["a"]); $0.update(["x", "y", "z"]) } == ["x", "y", "z", ""])
    }

    @Test func goesAway() {
        #expect(screen { $0.update(["a", "b"]); $0.clear() } == [""])
        #expect(screen { $0.clear() } == [""])
        #expect(screen { $0.update(["a"]); $0.finish(); $0.update(["b"]) } == ["a", "b", ""])
    }

    @Test func textAboveStays() {
        #expect(screen { $0.update(["a", "b"]); $0.write(above: "done"); $0.update(["c"]) } == ["done", "c", ""])
    }

    @Test func linesNeverWrap() {
        #expect(screen(width: 8) { $0.update(["0123456789", "01234567", "漢字漢字漢字"]) } == ["0123456…", "01234567", "漢字漢…", ""])
    }

    @Test func colourSequencesCountNothing() {
        let style = TerminalStyle.coloured
        #expect(screen(width: 8) { $0.update([style("01234567", .red), style("0123456789", .red)]) } == ["01234567", "0123456…", ""])
        let terminal = Terminal.inMemory(isInteractive: true, width: 8)
        var view = LiveView(terminal)
        view.update([style("0123456789", .red)])
        #expect(terminal.contents.contains("…\u{1B}[0m"))
    }

    @Test func moreLinesThanRows() {
        #expect(screen(height: 4) { $0.update(["1", "2", "3", "4", "5"]) } == ["1", "2", "… 3 more", ""])
    }

    @Test func lineBreaksInALineDoNoHarm() {
        #expect(screen { $0.update(["a\nb"]); $0.update(["c"]) } == ["c", ""])
    }
}

@Suite struct TerminalTests {
    @Test func writesWhatIsGatheredOnFlush() throws {
        let path = NSTemporaryDirectory() + "terminal-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = open(path, O_RDWR | O_CREAT, 0o600)
        defer { close(file) }
        let terminal = Terminal(descriptor: file)
        terminal.write("line\n")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "")
        terminal.flush()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "line\n")
        let large = String(repeating: "x", count: 200_000)
        terminal.write(large)
        terminal.flush()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "line\n" + large)
        #expect(!terminal.isInteractive && terminal.size == nil && terminal.textWidth == 80)
    }

    @Test func secretsAreTakenOutAlsoWhereTheyAreWrittenInPieces() throws {
        let path = NSTemporaryDirectory() + "terminal-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = open(path, O_RDWR | O_CREAT, 0o600)
        defer { close(file) }
        func written() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
        let scrubber = SecretScrubber()
        let terminal = Terminal(descriptor: file, scrubber: scrubber)
        terminal.write("gathered: hunter2-canary\nContinue? [y/N] ")
        // Registered after it was written, before it went out.
        scrubber.register("hunter2-canary")
        terminal.flush()
        #expect(try written() == "gathered: ***\nContinue? [y/N] ")
        terminal.write("hunter2")
        terminal.flush()
        #expect(try written() == "gathered: ***\nContinue? [y/N] ")
        terminal.write("-canary, hunter2-")
        terminal.flush()
        #expect(try written() == "gathered: ***\nContinue? [y/N] ***, ")
        terminal.finish()
        #expect(try written() == "gathered: ***\nContinue? [y/N] ***, hunter2-")
    }

    @Test func aSecretThatIsCutIsTakenOutToo() {
        SecretScrubber.shared.register("canary-in-a-live-line-and-a-table")
        var view = LiveView(Terminal.inMemory(isInteractive: true))
        let terminal = Terminal.inMemory(isInteractive: true, width: 20, height: 10)
        view = LiveView(terminal)
        view.update(["say canary-in-a-live-line-and-a-table"])
        #expect(terminal.contents.contains("say ***") && !terminal.contents.contains("canary"))
        var table = TextTable([.init("a")])
        table.append([.text("canary-in-a-live-line-and-a-table")])
        #expect(!table.render(width: 10).contains("canary"))
    }

    @Test func aReaderThatGoesAwayIsNoError() {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        // Shut down, not only closed: a program that another test starts may have inherited the end.
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 && shutdown(ends[0], Int32(SHUT_RDWR)) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let terminal = Terminal(descriptor: ends[1])
        terminal.write("x")
        terminal.flush()
        #expect(terminal.isClosed && terminal.failure == nil)
        terminal.write("y")
        terminal.flush()
    }

    @Test func otherFailuresAreTold() {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let terminal = Terminal(descriptor: full)
        terminal.write("x")
        terminal.flush()
        #expect(terminal.failure?.isDiskFull == true)
    }

    @Test func waitsForASlowReader() async throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let (reader, writer) = (ends[0], ends[1])
        let thread = Thread {
            let terminal = Terminal(descriptor: writer)
            terminal.write(String(repeating: "z", count: 500_000))
            terminal.finish()
            close(writer)
        }
        thread.start()
        let data = FileHandle(fileDescriptor: reader, closeOnDealloc: true).readDataToEndOfFile()
        #expect(data.count == 500_000)
    }

    @Test func sizeOfARealTerminal() throws {
        // posix_openpt and its kin are not visible to Swift; these are what they call (ioctl_tty(2)).
        let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        defer { close(master) }
        var (lock, index): (Int32, Int32) = (0, 0)
        try #require(master >= 0 && ioctl(master, unlock, &lock) == 0 && ioctl(master, number, &index) == 0)
        let slave = open("/dev/pts/\(index)", O_RDWR | O_NOCTTY)
        defer { close(slave) }
        var size = winsize(ws_row: 30, ws_col: 70, ws_xpixel: 0, ws_ypixel: 0)
        #expect(ioctl(master, UInt(TIOCSWINSZ), &size) == 0)
        let terminal = Terminal(descriptor: slave)
        #expect(terminal.isInteractive)
        #expect(try #require(terminal.size) == (70, 30))
        #expect(terminal.textWidth == 70)
    }
}
