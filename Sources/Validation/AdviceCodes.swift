internal import Diagnostics

extension DiagnosticCode {
    /// Codes that are declared beside their rules.
    static let allAdvice: [DiagnosticCode] = [
        unusedParameter, unusedVariable, unusedTemplate, scheduleNeverFires, scheduleEitherDay, scheduleClockChange, scheduleOverlap,
        impossibleTimeout, longTimeout, retryNotRepeatable, retryWithoutEffect, unreachableActivity, impossibleDependency, constantCondition,
        redundantDependency, duplicateColumn, impossibleCheck, missingArgument, personalPath, absolutePath, outsideRoot, plaintextCredential, sharedRoot,
        sharedSecrets, sharedWarehouse, foreignPath, promotionCycle, unknownCode, fixedSeverity, waiverWithoutReason, unusedWaiver,
        conflictingWriters, tableNeedsItself,
    ]
}
