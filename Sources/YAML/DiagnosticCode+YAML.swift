package import Diagnostics

extension DiagnosticCode {
    package static let allYAML: [DiagnosticCode] = [
        yamlSyntax, yamlDuplicateKey, yamlEncoding, yamlBinary, yamlTooLarge, yamlTooDeep, yamlTooManyAliases,
        yamlMultipleDocuments, yamlUnknownAnchor, yamlMergeKey, yamlComplexKey, yamlUnknownTag, yamlTagMismatch,
    ]

    package static let yamlSyntax = DiagnosticCode(
        "yaml-syntax", summary: "the file is not YAML",
        explanation: """
            The text cannot be read as YAML, so nothing in the file is known. Common reasons are uneven indentation, \
            tabs, a missing blank after ':', and text with ': ' or ' #' in it that is not in quotes.
            """,
        example: "title: Sales: the daily load\n", fix: "title: \"Sales: the daily load\"\n")

    package static let yamlDuplicateKey = DiagnosticCode(
        "yaml-duplicate-key", summary: "a key is used twice in one mapping",
        explanation: """
            YAML readers disagree on which of two equal keys counts, so one of the values would be lost without a \
            word. Remove one of the entries or rename it.
            """,
        example: "name: orders\nmode: append\nname: sales\n", fix: "name: orders\nmode: append\n")

    package static let yamlEncoding = DiagnosticCode(
        "yaml-encoding", summary: "the file is not UTF-8",
        explanation: """
            Files are read as UTF-8, with or without a byte order mark. Text in UTF-16 or in a Windows code page \
            would be read wrongly. Save the file as UTF-8.
            """,
        example: "city: K\\xF6ln        (one byte 0xF6, as in Windows-1252)\n", fix: "city: Köln\n")

    package static let yamlBinary = DiagnosticCode(
        "yaml-binary", summary: "the file is not text",
        explanation: """
            The file has NUL bytes or control characters, which YAML does not allow. It may be a binary file with the \
            wrong name, or text that was damaged. A control character that is meant is written as an escape in double \
            quotes.
            """,
        example: "separator: (the character U+001F itself)\n", fix: "separator: \"\\x1F\"\n")

    package static let yamlTooLarge = DiagnosticCode(
        "yaml-too-large", summary: "the file, one of its texts or the number of its values is beyond the limit",
        explanation: """
            A file may have 16 MB and a million values, a single text 8 MB. Data of that size belongs into a data \
            file (CSV, Parquet) that a pipeline reads.
            """)

    package static let yamlTooDeep = DiagnosticCode(
        "yaml-too-deep", summary: "lists and mappings are nested too deep",
        explanation: """
            More than 100 levels of lists and mappings, with aliases followed, are refused: no real file has them, \
            and reading them would exhaust the program's stack.
            """)

    package static let yamlTooManyAliases = DiagnosticCode(
        "yaml-too-many-aliases", summary: "aliases multiply the file beyond the limit",
        explanation: """
            An alias stands for everything below its anchor, aliases included, so that a few lines can stand for \
            billions of values. More than 100,000 values by way of aliases are refused.
            """)

    package static let yamlMultipleDocuments = DiagnosticCode(
        "yaml-multiple-documents", summary: "the file has more than one document",
        explanation: """
            One file holds one document, so that a file's name tells what is in it. Only the first one was read. \
            Split the file at its '---' lines.
            """,
        example: "kind: Pipeline\n---\nkind: Pipeline\n", fix: "kind: Pipeline\n")

    package static let yamlUnknownAnchor = DiagnosticCode(
        "yaml-unknown-anchor", summary: "an alias has no anchor before it",
        explanation: """
            *name repeats the value that was marked with &name earlier in the same file, and cannot stand inside that \
            value. Text that starts with '*' is put in quotes.
            """,
        example: "retry: *defaults\n", fix: "defaults: &defaults { count: 2 }\nretry: *defaults\n")

    package static let yamlMergeKey = DiagnosticCode(
        "yaml-merge-key", summary: "<< merges something that is not a mapping",
        explanation: """
            The key << adds the entries of a mapping, or of several in a list, that are not written beside it. \
            Anything else cannot be merged.
            """,
        example: "orders:\n  <<: retry\n", fix: "base: &base { retry: 2 }\norders:\n  <<: *base\n")

    package static let yamlComplexKey = DiagnosticCode(
        "yaml-complex-key", summary: "a key is not text",
        explanation: "The keys of a mapping are text. YAML also allows lists, mappings and nothing at all; no file here needs them.",
        example: "? [region, year]\n: 2024\n", fix: "region-year: 2024\n")

    package static let yamlUnknownTag = DiagnosticCode(
        "yaml-unknown-tag", summary: "a tag is not one of YAML's core schema",
        explanation: """
            Tags of other programs (!Ref, !!binary, !!timestamp) have no meaning here and would be lost without a \
            word. Only !!str, !!int, !!float, !!bool, !!null, !!seq and !!map are known. Text that starts with '!' is \
            put in quotes.
            """,
        example: "bucket: !Ref DataBucket\n", fix: "bucket: DataBucket\n")

    package static let yamlTagMismatch = DiagnosticCode(
        "yaml-tag-mismatch", summary: "a value does not fit its tag",
        explanation: "A tag says of which type a value is; !!int asks for a whole number, !!map for a mapping.",
        example: "count: !!int many\n", fix: "count: !!int 12\n")
}
