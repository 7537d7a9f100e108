// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Typing: tree to program. Every node gets a type; literals take the type their context wants.
#ifndef PORTRAIT_EXPR_TYPING_H
#define PORTRAIT_EXPR_TYPING_H

#include "expr.h"
#include "program.h"
#include "tree.h"

// One value of an operation: its step and the node that messages point to.
struct operand {
    uint32_t step;
    const struct tree_node *node;
};

struct typing {
    struct arena *out;  // what the program keeps
    struct arena *work; // what only typing needs
    const struct tree *tree;
    const struct expr_scope *scope;
    struct step *steps;
    size_t n;
    size_t capacity;
    uint32_t *step_of; // a step for each node
    uint32_t n_fits;
};

// Types the whole tree; the steps then stand in t->steps, the root last but for dead steps.
pt_status typing_lower(struct typing *t, uint32_t *root, struct pt_error *err);
pt_status typing_call(struct typing *t, const struct tree_node *node, uint32_t *out,
                      struct pt_error *err);

struct operand typing_operand(const struct typing *t, const struct tree_node *node, uint32_t child);
pt_status typing_emit(struct typing *t, struct step step, uint32_t *out, struct pt_error *err);
// A step of one to three arguments.
pt_status typing_emit_op(struct typing *t, enum op op, enum vec_type type, const uint32_t args[3],
                         uint32_t *out, struct pt_error *err);
// A literal NULL of `type`.
pt_status typing_emit_null(struct typing *t, enum vec_type type, uint32_t *out,
                           struct pt_error *err);

// Brings operands to one type: i64 and f64 to f64, date and time to time, text literals beside
// dates and times to those, 0 and 1 beside conditions to bool. `what` begins the message.
pt_status typing_unify(struct typing *t, struct operand *operands, size_t n, const char *what,
                       enum vec_type *out, struct pt_error *err);
// True when all operands are NULLs that wait for a type.
bool typing_all_untyped(const struct typing *t, const struct operand *operands, size_t n);
// A NULL that waits for a type.
pt_status typing_emit_untyped(struct typing *t, uint32_t *out, struct pt_error *err);
// Each checks one operand (NULL takes the type) or fails with a message that begins with `what`.
pt_status typing_want(struct typing *t, struct operand *o, enum vec_type type, const char *what,
                      struct pt_error *err);
pt_status typing_want_number(struct typing *t, struct operand *o, const char *what,
                             struct pt_error *err);
// A date or a time; a text literal becomes one.
pt_status typing_want_day(struct typing *t, struct operand *o, const char *what,
                          struct pt_error *err);
// i64 to f64, date to time; others as they are.
pt_status typing_cast(struct typing *t, struct operand *o, enum vec_type type,
                      struct pt_error *err);
enum vec_type typing_type(const struct typing *t, const struct operand *o);
pt_status typing_fail(const struct tree_node *node, struct pt_error *err, const char *hint,
                      const char *format, ...) PT_PRINTF(4, 5);
pt_status typing_fail_memory(struct pt_error *err);

#endif
