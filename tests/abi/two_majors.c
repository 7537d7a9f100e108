// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A plugin for two majors: the model of abi_model.c, and beside it the note and the entry of a
// version 2 nobody knows yet.
#include "abi_model.c"

struct next_note {
    uint32_t n_name;
    uint32_t n_desc;
    uint32_t type;
    char name[12];
    uint16_t abi_major;
    uint16_t more[5];
};

extern const struct next_note next_note;
PT_NOTE_PLAIN __attribute__((section(".note.portrait"), used, aligned(4)))
const struct next_note next_note = {
    .n_name = sizeof PT_NOTE_NAME,
    .n_desc = 12,
    .type = PT_NOTE_TYPE,
    .name = PT_NOTE_NAME,
    .abi_major = PT_ABI_MAJOR + 1,
};

PT_EXPORT const void *portrait_plugin_v2(void);

PT_EXPORT const void *portrait_plugin_v2(void)
{
    return NULL;
}
