// SPDX-License-Identifier: GPL-2.0-only
/* What a skeleton takes of the C library, and the runtime of it.  Numbers have no fractions. */
#include "pd.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
	u8 *t = to;
	const u8 *f = from;

	if (((u32)t | (u32)f) % 8 == 0)
		for (; bytes >= 8; bytes -= 8, t += 8, f += 8)
			*(u64 *)t = *(const u64 *)f;
	while (bytes--)
		*t++ = *f++;
	return to;
}

/* The compiler calls this where it copies a struct. */
void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *to, const void *from,
							    size_t bytes)
{
	return memcpy(to, from, bytes);
}

void *memmove(void *to, const void *from, size_t bytes)
{
	u8 *t = (u8 *)to + bytes;
	const u8 *f = (const u8 *)from + bytes;

	if (to <= from)
		return memcpy(to, from, bytes);
	while (bytes--)
		*--t = *--f;
	return to;
}

void *memset(void *to, int c, size_t bytes)
{
	u64 all = 0x0101010101010101ull * (u8)c;
	u8 *t = to;

	for (; bytes && (u32)t % 8; bytes--)
		*t++ = c;
	for (; bytes >= 8; bytes -= 8, t += 8)
		*(u64 *)t = all;
	while (bytes--)
		*t++ = c;
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const u8 *p = a, *q = b;

	for (; bytes; bytes--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return end - s;
}

int strncmp(const char *a, const char *b, size_t bytes)
{
	for (; bytes; bytes--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, ~0u);
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

char *strstr(const char *s, const char *what)
{
	size_t bytes = strlen(what);

	for (; strncmp(s, what, bytes); s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

size_t strlcpy(char *to, const char *from, size_t room)
{
	size_t bytes = strlen(from), fits = bytes;

	if (!room)
		return bytes;
	if (fits > room - 1)
		fits = room - 1;
	memcpy(to, from, fits);
	to[fits] = '\0';
	return bytes;
}

size_t strlcat(char *to, const char *from, size_t room)
{
	size_t had = 0;

	while (had < room && to[had])
		had++;
	return had + strlcpy(to + had, from, room - had);
}

char *strtok_r(char *s, const char *delimiters, char **rest)
{
	char *token;

	if (!s)
		s = *rest;
	while (*s && strchr(delimiters, *s))
		s++;
	token = *s ? s : NULL;
	while (*s && !strchr(delimiters, *s))
		s++;
	if (*s)
		*s++ = '\0';
	*rest = s;
	return token;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* It wraps where the one of a C library says ERANGE. */
unsigned long strtoul(const char *s, char **end, int base)
{
	const char *begin = s, *first;
	unsigned long value = 0;
	bool negative;

	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	if ((base == 0 || base == 16) && s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    digit_of(s[2]) < 16) {
		s += 2;
		base = 16;
	}
	if (!base)
		base = *s == '0' ? 8 : 10;
	for (first = s; digit_of(*s) < base; s++)
		value = value * base + digit_of(*s);
	if (end)
		*end = (char *)(s == first ? begin : s);
	return negative ? -value : value;
}

int atoi(const char *s)
{
	return strtoul(s, NULL, 10);
}

struct out {
	char *to;
	size_t room;
	size_t bytes;		/* that there would be */
};

static void put(struct out *out, char c)
{
	if (out->bytes + 1 < out->room)
		out->to[out->bytes] = c;
	out->bytes++;
}

static void put_times(struct out *out, char c, int times)
{
	while (times-- > 0)
		put(out, c);
}

/* Of %-05.3lld: what is between % and d. */
struct spec {
	bool left, zero, plus, space, other;
	int width;
	int precision;		/* negative: none */
	int longs;
};

static void put_text(struct out *out, const struct spec *spec, const char *s)
{
	int bytes = 0;

	s = s ? s : "(null)";
	while ((spec->precision < 0 || bytes < spec->precision) && s[bytes])
		bytes++;
	if (!spec->left)
		put_times(out, ' ', spec->width - bytes);
	for (int i = 0; i < bytes; i++)
		put(out, s[i]);
	if (spec->left)
		put_times(out, ' ', spec->width - bytes);
}

static int digits(char *to, u64 value, unsigned int base, bool upper)
{
	int n = 0;

	for (; value; value /= base)
		to[n++] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
	return n;
}

static void put_number(struct out *out, const struct spec *spec, u64 value, unsigned int base,
		       bool upper, char sign)
{
	char text[24];
	int n = digits(text, value, base, upper);
	int zeroes = spec->precision < 0 ? !n : spec->precision - n;
	int lead = !!sign, pad;
	bool hex = spec->other && base == 16 && value;

	zeroes = zeroes < 0 ? 0 : zeroes;
	lead += hex ? 2 : 0;
	pad = spec->width - lead - zeroes - n;
	if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
		zeroes += pad;
		pad = 0;
	}
	if (!spec->left)
		put_times(out, ' ', pad);
	if (sign)
		put(out, sign);
	if (hex) {
		put(out, '0');
		put(out, upper ? 'X' : 'x');
	}
	put_times(out, '0', zeroes);
	while (n)
		put(out, text[--n]);
	if (spec->left)
		put_times(out, ' ', pad);
}

static void put_signed(struct out *out, const struct spec *spec, s64 value)
{
	char sign = value < 0 ? '-' : spec->plus ? '+' : spec->space ? ' ' : 0;

	put_number(out, spec, value < 0 ? -(u64)value : (u64)value, 10, false, sign);
}

static const char *read_number(const char *f, int *value)
{
	for (*value = 0; *f >= '0' && *f <= '9'; f++)
		*value = *value * 10 + *f - '0';
	return f;
}

static const char *read_flags(const char *f, struct spec *spec)
{
	for (; *f && strchr("-0+ #", *f); f++) {
		spec->left |= *f == '-';
		spec->zero |= *f == '0';
		spec->plus |= *f == '+';
		spec->space |= *f == ' ';
		spec->other |= *f == '#';
	}
	return f;
}

static const char *read_length(const char *f, struct spec *spec)
{
	for (; *f && strchr("ljhzt", *f); f++)
		spec->longs = *f == 'j' ? 2 : spec->longs + (*f == 'l');
	return f;
}

int vsnprintf(char *to, size_t room, const char *f, va_list args)
{
	struct out out = { to, room, 0 };

	for (; *f; f++) {
		struct spec spec = { .precision = -1 };
		bool wide;

		if (*f != '%') {
			put(&out, *f);
			continue;
		}
		f = read_flags(f + 1, &spec);
		if (*f == '*') {
			spec.width = va_arg(args, int);
			f++;
		} else {
			f = read_number(f, &spec.width);
		}
		if (spec.width < 0) {
			spec.left = true;
			spec.width = -spec.width;
		}
		if (*f == '.' && f[1] == '*') {
			spec.precision = va_arg(args, int);
			f += 2;
		} else if (*f == '.') {
			f = read_number(f + 1, &spec.precision);
		}
		f = read_length(f, &spec);
		wide = spec.longs > 1;
		switch (*f) {
		case 'd': case 'i':
			put_signed(&out, &spec, wide ? va_arg(args, s64) : va_arg(args, s32));
			break;
		case 'u':
			put_number(&out, &spec, wide ? va_arg(args, u64) : va_arg(args, u32), 10,
				   false, 0);
			break;
		case 'x': case 'X':
			put_number(&out, &spec, wide ? va_arg(args, u64) : va_arg(args, u32), 16,
				   *f == 'X', 0);
			break;
		case 'o':
			put_number(&out, &spec, wide ? va_arg(args, u64) : va_arg(args, u32), 8,
				   false, 0);
			break;
		case 'p':
			spec.other = true;
			put_number(&out, &spec, va_arg(args, u32), 16, false, 0);
			break;
		case 'c':
			put(&out, va_arg(args, int));
			break;
		case 's':
			put_text(&out, &spec, va_arg(args, const char *));
			break;
		case 'e': case 'f': case 'g':
			/* A double takes its place; what it is worth is not said. */
			va_arg(args, u64);
			put_text(&out, &spec, "(float)");
			break;
		case '%':
			put(&out, '%');
			break;
		default:
			f--;
			put(&out, '%');
			break;
		}
	}
	if (room)
		to[out.bytes < room ? out.bytes : room - 1] = '\0';
	return out.bytes;
}

int snprintf(char *to, size_t room, const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = vsnprintf(to, room, format, args);
	va_end(args);
	return ret;
}
