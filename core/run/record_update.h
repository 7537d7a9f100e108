// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Brings the record of an earlier run up to date after `deliver`: status, exit code and the
// delivered and pending counts change, everything else stays as it was.
#ifndef PORTRAIT_RUN_RECORD_UPDATE_H
#define PORTRAIT_RUN_RECORD_UPDATE_H

#include "error.h"
#include "json.h"

struct record_delivery {
    uint64_t delivered;
    uint64_t pending;
    int exit_code;
};

// Rewrites <folder>/run.json atomically, then metrics.prom. Only a run that was complete but for
// its deliveries gets another status.
pt_status record_update_delivery(const char *folder, const struct json *record,
                                 const struct record_delivery *now, struct pt_error *err);

#endif
