package import Diagnostics

extension DiagnosticCode {
    package static let allSops: [DiagnosticCode] = [
        sopsMetadata, sopsUnsupported, sopsKey, sopsValue, sopsMAC, sopsText, sopsConflict, sopsRule,
    ]

    package static let sopsMetadata = DiagnosticCode(
        "sops-metadata", summary: "The encryption details of a secrets file are missing or damaged.",
        explanation: """
            An encrypted file ends with the key sops: for whom the data key is encrypted, when the file was changed, and \
            a code over all values. Without it nothing can be decrypted. A file without it may hold its secrets in the clear.
            """,
        example: "db-password: hunter2\n",
        fix: "db-password: ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]\nsops:\n    age: [ … ]\n")

    package static let sopsUnsupported = DiagnosticCode(
        "sops-unsupported", summary: "A secrets file uses a part of SOPS that is not known here.",
        explanation: """
            Files with several key groups (a data key split between groups), rules for comments or aliases cannot be \
            opened. Write the file anew with one group of age recipients.
            """,
        example: "sops:\n    shamir_threshold: 2\n", fix: "sops:\n    age: [ … ]\n")

    package static let sopsKey = DiagnosticCode(
        "sops-key", summary: "The data key of a secrets file cannot be opened.",
        explanation: """
            The values of a file are encrypted with one data key, and the data key once for each recipient. None of the \
            identities at hand belongs to a recipient, or what is encrypted for one was damaged. Give the identity of a \
            recipient, or let somebody who has one add your recipient.
            """,
        example: "sops:\n    age:\n        - recipient: age1…      (somebody else's)\n",
        fix: "sops:\n    age:\n        - recipient: age1…      (yours)\n")

    package static let sopsValue = DiagnosticCode(
        "sops-value", summary: "An encrypted value cannot be decrypted.",
        explanation: """
            Each value is encrypted for its place in the file. One that was changed, cut off, renamed, moved to another \
            key or left in the clear is refused. Restore the line from git, or set the secret again.
            """,
        example: "new-name: ENC[…]      (was: old-name)\n", fix: "old-name: ENC[…]\n")

    package static let sopsMAC = DiagnosticCode(
        "sops-mac", summary: "The values of a secrets file are not those that were written.",
        explanation: """
            A code over all values in their order is kept in the file. It does not fit: a value was added, removed, \
            reordered, or changed by hand, or two branches were merged line by line. Restore the file from git and make \
            the change again with the tool.
            """)

    package static let sopsText = DiagnosticCode(
        "sops-text", summary: "The text of a secrets file is not the one that was written.",
        explanation: """
            SOPS protects the values of a file, and neither names nor comments nor white space around values in the clear. \
            In a file that pipectl wrote (sops.version ends with +pipectl) every byte counts. One was changed by hand or by a \
            program that formats files. Restore the file from git and make the change with the tool. sops itself may change \
            such a file: it writes its own version.
            """,
        example: "# reviewed\ndb-password: ENC[…]\n", fix: "db-password: ENC[…]\n")

    package static let sopsConflict = DiagnosticCode(
        "sops-conflict", summary: "A secrets file holds the marks of an unfinished merge.",
        explanation: """
            Lines such as <<<<<<< and >>>>>>> are left by git where two branches changed the same lines. Take one side of \
            the whole file, and make the other side's change again with the tool: the code over all values fits one side only.
            """,
        example: "<<<<<<< HEAD\na: ENC[…]\n=======\na: ENC[…]\n>>>>>>> feature\n", fix: "a: ENC[…]\n")

    package static let sopsRule = DiagnosticCode(
        "sops-rule", summary: "A creation rule in .sops.yaml cannot be used.",
        explanation: """
            .sops.yaml says for whom new files are encrypted: a list creation_rules, each with path_regex and recipients; \
            the first that matches counts. Only age recipients can be used here.
            """,
        example: "creation_rules:\n  - pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4\n",
        fix: "creation_rules:\n  - path_regex: secrets/.*\n    age: age1…\n")
}
