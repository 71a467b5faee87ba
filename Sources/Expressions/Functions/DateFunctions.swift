internal import Support

/// Functions on timestamps, which are text. Without a format the result is in .NET's "o", with seven digits of the
/// second's fraction; a `Z` stands at its end if the timestamp is known to be in UTC.
enum DateFunctions {
    static let table: [FunctionDefinition] = [
        dateTime("addDays", "The timestamp plus so many days.", [.init("days", .integer)], addDays),
        dateTime("addHours", "The timestamp plus so many hours.", [.init("hours", .integer)], addHours),
        dateTime("addMinutes", "The timestamp plus so many minutes.", [.init("minutes", .integer)], addMinutes),
        dateTime("addSeconds", "The timestamp plus so many seconds.", [.init("seconds", .integer)], addSeconds),
        dateTime("addToTime", "The timestamp plus so many Second, Minute, Hour, Day, Week, Month or Year.", interval, addToTime),
        .init(
            "convertFromUtc", .date, "The local time in a time zone for a timestamp in UTC.",
            [timestamp, .init("destinationTimeZone", .string, isTimeZone: true), format], returns: .string,
            .contextual(convertFromUtc)),
        .init(
            "convertTimeZone", .date, "The local time in one time zone for the local time in another.",
            [
                timestamp, .init("sourceTimeZone", .string, isTimeZone: true),
                .init("destinationTimeZone", .string, isTimeZone: true), format,
            ], returns: .string, .contextual(convertTimeZone)),
        .init(
            "convertToUtc", .date, "The time in UTC for the local time in a time zone.",
            [timestamp, .init("sourceTimeZone", .string, isTimeZone: true), format], returns: .string,
            .contextual(convertToUtc)),
        .init("dayOfMonth", .date, "The day of the month.", [timestamp], returns: .integer, .pure(dayOfMonth)),
        .init("dayOfWeek", .date, "The day of the week; 0 is Sunday.", [timestamp], returns: .integer, .pure(dayOfWeek)),
        .init("dayOfYear", .date, "The day of the year.", [timestamp], returns: .integer, .pure(dayOfYear)),
        dateTime("formatDateTime", "The timestamp in another format.", [], formatDateTime),
        .init(
            "getFutureTime", .date, "The current time plus so many Second, Minute, Hour, Day, Week, Month or Year.",
            interval + [format], returns: .string, .contextual(getFutureTime)),
        .init(
            "getPastTime", .date, "The current time minus so many Second, Minute, Hour, Day, Week, Month or Year.",
            interval + [format], returns: .string, .contextual(getPastTime)),
        dateTime("startOfDay", "Midnight of the timestamp's day.", [], startOfDay),
        dateTime("startOfHour", "The start of the timestamp's hour.", [], startOfHour),
        dateTime("startOfMonth", "Midnight of the first day of the timestamp's month.", [], startOfMonth),
        dateTime(
            "subtractFromTime", "The timestamp minus so many Second, Minute, Hour, Day, Week, Month or Year.", interval,
            subtractFromTime),
        .init(
            "ticks", .date, "Intervals of 100 nanoseconds from 0001-01-01 to the timestamp.", [timestamp],
            returns: .integer, .pure(ticks)),
        .init("utcNow", .date, "The current time in UTC.", [format], returns: .string, .contextual(utcNow)),
    ]

    private static let timestamp = FunctionDefinition.Parameter("timestamp", .string)
    private static let format = FunctionDefinition.Parameter("format", .string, .null, optional: true)
    private static let interval: [FunctionDefinition.Parameter] = [.init("interval", .integer), .init("timeUnit", .string)]

    private static func dateTime(
        _ name: String, _ summary: String, _ parameters: [FunctionDefinition.Parameter],
        _ function: @escaping @Sendable (FunctionArguments) throws(FunctionFailure) -> JSONValue
    ) -> FunctionDefinition {
        .init(name, .date, summary, [timestamp] + parameters + [format], returns: .string, .pure(function))
    }

    private static func parse(_ text: String) throws(FunctionFailure) -> Timestamp {
        guard let timestamp = Timestamp(parsing: text) else {
            throw "\(value: text) is no timestamp; write it like 2018-03-15T13:27:36Z"
        }
        return timestamp
    }

    private static func formatted(_ timestamp: Timestamp?, _ format: String?) throws(FunctionFailure) -> JSONValue {
        guard let timestamp else { throw "the result lies outside the years 1 to 9999" }
        return .string(try timestamp.text(format: format ?? Timestamp.roundTripFormat))
    }

    @Sendable static func addDays(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { try adding(.day, a) }
    @Sendable static func addHours(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { try adding(.hour, a) }
    @Sendable static func addMinutes(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { try adding(.minute, a) }
    @Sendable static func addSeconds(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { try adding(.second, a) }

    private static func adding(_ unit: TimeUnit, _ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try formatted(unit.add(a.integer(1), to: try parse(a.text(0))), a.optionalText(2))
    }

    private static func unit(_ text: String) throws(FunctionFailure) -> TimeUnit {
        guard let unit = TimeUnit(rawValue: text.lowercased()) else {
            throw "there is no unit of time \(value: text); there are Second, Minute, Hour, Day, Week, Month and Year"
        }
        return unit
    }

    private static func negated(_ number: Int64) throws(FunctionFailure) -> Int64 {
        guard number != .min else { throw "the interval is too long" }
        return -number
    }

    @Sendable static func addToTime(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try formatted(try unit(a.text(2)).add(a.integer(1), to: try parse(a.text(0))), a.optionalText(3))
    }

    @Sendable static func subtractFromTime(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try formatted(try unit(a.text(2)).add(try negated(a.integer(1)), to: try parse(a.text(0))), a.optionalText(3))
    }

    @Sendable static func formatDateTime(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try formatted(try parse(a.text(0)), a.optionalText(1))
    }

    @Sendable static func startOfDay(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try formatted(try parse(a.text(0)).floored(toTicks: Timestamp.ticksPerDay), a.optionalText(1))
    }

    @Sendable static func startOfHour(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try formatted(try parse(a.text(0)).floored(toTicks: 3600 * Timestamp.ticksPerSecond), a.optionalText(1))
    }

    @Sendable static func startOfMonth(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try formatted(try parse(a.text(0)).startOfMonth, a.optionalText(1))
    }

    @Sendable static func dayOfMonth(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .integer(Int64(try parse(a.text(0)).date.day))
    }

    @Sendable static func dayOfWeek(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .integer(Int64(try parse(a.text(0)).weekday))
    }

    @Sendable static func dayOfYear(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .integer(Int64(try parse(a.text(0)).dayOfYear))
    }

    @Sendable static func ticks(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .integer(try parse(a.text(0)).ticks)
    }
}

/// Functions that need the clock or a time zone.
extension DateFunctions {
    @Sendable static func utcNow(
        _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        try formatted(Timestamp(context.now), a.optionalText(0))
    }

    @Sendable static func getFutureTime(
        _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        try fromNow(a.integer(0), a, context)
    }

    @Sendable static func getPastTime(
        _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        try fromNow(try negated(a.integer(0)), a, context)
    }

    private static func fromNow(
        _ interval: Int64, _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        let unit = try unit(a.text(1))
        return try formatted(Timestamp(context.now).flatMap { unit.add(interval, to: $0) }, a.optionalText(2))
    }

    /// A timestamp that does not say where it is read is taken to be in UTC.
    @Sendable static func convertFromUtc(
        _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        try formatted(local(try parse(a.text(0)), try zone(a.text(1), context)), a.optionalText(2))
    }

    @Sendable static func convertToUtc(
        _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        try formatted(try utc(try parse(a.text(0)), a.text(1), context), a.optionalText(2))
    }

    @Sendable static func convertTimeZone(
        _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        let destination = try zone(a.text(2), context)
        let utc = try utc(try parse(a.text(0)), a.text(1), context)
        return try formatted(utc.flatMap { local($0, destination) }, a.optionalText(3))
    }

    private static func zone(
        _ name: String, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> TimeZoneRules {
        do {
            return try context.timeZones.named(name)
        } catch .unknown(let name, let suggestion) {
            let hint = suggestion.map { "; did you mean '\($0)'?" } ?? ""
            throw "there is no time zone \(value: name)\(detail: hint)"
        } catch {
            throw "the time zone cannot be read\(detail: ": " + error.description)"
        }
    }

    private static func local(_ utc: Timestamp, _ zone: TimeZoneRules) -> Timestamp? {
        let ticks = utc.ticks + Int64(zone.offset(at: utc.instant)) * Timestamp.ticksPerSecond
        return Timestamp(ticks: ticks, isUTC: false)
    }

    /// As in .NET: a local time that occurs twice is taken for the later, which is standard time; one that the clock
    /// skips is an error, and so is a timestamp in UTC for a zone that is another.
    private static func utc(
        _ timestamp: Timestamp, _ zoneName: String, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> Timestamp? {
        let zone = try zone(zoneName, context)
        if timestamp.isUTC {
            guard ["Etc/UTC", "UTC", "Etc/UCT", "Zulu"].contains(zone.name) else {
                throw "the timestamp says that it is in UTC, not in \(value: zoneName); leave out its 'Z' or offset"
            }
            return timestamp
        }
        let instant: Instant
        switch zone.resolve(local: timestamp.instant) {
        case .unique(let only): instant = only
        case .ambiguous(_, let later): instant = later
        case .skipped: throw "clocks in \(value: zoneName) skip this time"
        }
        // Through the offset, which keeps the parts of a microsecond.
        let offset = (timestamp.instant.microseconds - instant.microseconds) * 10
        return Timestamp(ticks: timestamp.ticks - offset, isUTC: true)
    }
}
