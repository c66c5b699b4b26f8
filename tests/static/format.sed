# SPDX-License-Identifier: GPL-2.0-only
#
# What the checker "format" makes alike before it compares.
# Tabs within a line are columns of a table.
:again
s/([^[:space:]])[[:space:]]*\t[[:space:]]*/\1 /
t again
s/([^[:space:]]) +/\1 /g
# The kernel has a blank in an empty initialiser and before a compound literal's.
s/\{ \}/{}/g
s/\) \{/){/
# checkpatch wants "* const" with a blank.
s/\* const/*const/g
# The kernel has a blank between a constraint of assembly and its operand.
s/" \(/"(/g
# clang-format takes (x) & 1 and (x) - 1 for casts.
s/\) ?([-&]) ?([^-&=>])/) \1 \2/g
# It knows C++ better than C, where "new" is a name like others.
s/&& ?new\>/\&\& new/g
# In a macro over several lines the last blank does not count.
s/ *\\$/ \\/
# clang-format 19 takes a product with a constant, in a macro's arguments, for a pointer.
s/([a-z0-9_]) \*([A-Z])/\1 * \2/g
