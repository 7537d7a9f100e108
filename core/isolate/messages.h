// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What host and child say to each other. The host calls, one call at a time; until the child
// returns it may ask, and the host answers each question. Nothing else is ever sent.
#ifndef PORTRAIT_ISOLATE_MESSAGES_H
#define PORTRAIT_ISOLATE_MESSAGES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum message_type {
    MESSAGE_NONE,
    MESSAGE_ANSWER, // host: status, then what the question is about
    MESSAGE_RETURN, // child: status, then what the call is about

    CALL_CREATE, // plugin's file as descriptor; kind, name, cpu, options
    CALL_DISCOVER,
    CALL_BIND,
    CALL_PLAN,
    CALL_OPEN,
    CALL_NEXT, // returns the size of a batch in shared memory, 0 at the end
    CALL_CLOSE,
    CALL_BEGIN,
    CALL_RENDER_FILE, // of a batch in shared memory, which comes along when it is new
    CALL_RENDER_BODIES,
    CALL_FINISH,
    CALL_REQUEST,
    CALL_VERDICT,

    ASK_LOG,
    ASK_SECRET,
    ASK_NOW,
    ASK_INPUT_DESCRIBE,
    ASK_INPUT_OPEN,
    ASK_INPUT_READ, // bytes are in the window
    ASK_INPUT_CLOSE,
    ASK_HTTP,
    ASK_FILE_OPEN, // a temporary file comes as descriptor, or the error number
    ASK_FILE_REMOVE,
    ASK_ROOM, // for batches; the memory comes as descriptor
    ASK_SCHEMA,
    ASK_TIME_COLUMN,
    ASK_STATE,
    ASK_NOTE,
    ASK_EMIT,
    ASK_REJECTS, // a run of them
    ASK_COUNTED,
    ASK_WRITE,
    ASK_BODY,
    ASK_TARGET,
    ASK_HEADER,
    ASK_POLICY,
};

// Descriptors of a child when it starts; it has no others.
#define CHILD_CHANNEL_FD 3
#define CHILD_WINDOW_FD 4

// Where a child sees its temporary files; there is no such folder.
#define TEMP_FOLDER "/portrait-temp"
#define TEMP_FILES_MAX 16
#define TEMP_FILE_BYTES_MAX ((uint64_t)4 << 30)

#define WINDOW_DATA_BYTES ((size_t)1 << 20)
#define REFUSALS_MAX 8
#define REFUSAL_PATH_BYTES 120

// One system call that was refused, as the child tells it.
struct refusal {
    int32_t number;
    char path[REFUSAL_PATH_BYTES]; // of a call on a path; else ""
};

// Memory both see. The host writes `is_cancelled` and `data` and never reads them; the child writes
// the refusals, of which the host takes a copy before it looks.
struct window {
    _Atomic uint32_t is_cancelled;
    _Atomic uint32_t n_refusals;
    struct refusal refusals[REFUSALS_MAX];
    _Alignas(4096) uint8_t data[WINDOW_DATA_BYTES];
};

#endif
