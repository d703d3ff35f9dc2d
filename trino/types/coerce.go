package types

// Super is the least type that both turn into without being asked, as COALESCE, CASE, IN, UNION and
// comparisons need it. It is symmetric.
func Super(a, b Type) (Type, bool) {
	t, ok, _ := compat(a, b)
	return t, ok
}

// CanCoerce reports whether a value of type from may stand where to is wanted.
func CanCoerce(from, to Type) bool {
	if from.d == to.d {
		return true
	}
	_, ok, coercible := compat(from, to)
	return ok && coercible
}

// compat gives the common super type and whether it is b itself, that is whether a turns into b. A
// row turns into another whatever the names of its fields; their super type keeps only names in common.
func compat(a, b Type) (super Type, ok, coercible bool) {
	if a.Equal(b) {
		return a, true, true
	}
	ak, bk := a.Kind(), b.Kind()
	switch {
	case ak == Invalid || bk == Invalid:
		return Type{}, true, true // already complained about: agree with everything
	case ak == Unknown:
		return b, true, true
	case bk == Unknown:
		return a, true, false
	}
	if ak == bk {
		return sameKind(a, b)
	}
	if c, can := rebase(a, bk); can {
		super, ok, coercible = compat(c, b)
		return super, ok, coercible
	}
	if c, can := rebase(b, ak); can {
		super, ok, _ = compat(a, c)
		return super, ok, false
	}
	return Type{}, false, false
}

func sameKind(a, b Type) (super Type, ok, coercible bool) {
	switch a.Kind() {
	case Decimal:
		scale := max(a.d.s, b.d.s)
		precision := min(38, max(a.d.p-a.d.s, b.d.p-b.d.s)+scale)
		t := decimals[precision][scale]
		return t, true, t.Equal(b)
	case Varchar:
		return wider(a, b)
	case Char, Time, TimeTZ, Timestamp, TimestampTZ:
		return wider(a, b)
	case Row, Array, Map, Function:
		if len(a.d.elems) != len(b.d.elems) {
			return Type{}, false, false
		}
		d := &desc{kind: a.d.kind, elems: make([]Type, len(a.d.elems))}
		if a.d.kind == Row {
			d.names = make([]string, len(a.d.names))
		}
		coercible = true
		for i := range a.d.elems {
			e, can, turns := compat(a.d.elems[i], b.d.elems[i])
			if !can {
				return Type{}, false, false
			}
			d.elems[i] = e
			coercible = coercible && turns
			if d.names != nil && a.d.names[i] == b.d.names[i] {
				d.names[i] = a.d.names[i]
			}
		}
		return composite(d), true, coercible
	}
	return Type{}, false, false
}

func wider(a, b Type) (Type, bool, bool) {
	if a.d.p > b.d.p {
		return a, true, false
	}
	return b, true, true
}

// integerDigits is the precision of the decimal that an integer type turns into.
var integerDigits = [kindCount]int{Tinyint: 3, Smallint: 5, Integer: 10, Bigint: 19}

// rebase turns a type into the least one of another kind, where Trino does so by itself.
func rebase(t Type, to Kind) (Type, bool) {
	from := t.Kind()
	switch from {
	case Tinyint, Smallint, Integer, Bigint:
		switch {
		case to > from && to <= Double:
			return plainTypes[to], true
		case to == Decimal:
			return decimals[integerDigits[from]][0], true
		case to == Number:
			return plainTypes[Number], true
		}
	case Real:
		return plainTypes[Double], to == Double
	case Decimal:
		switch to {
		case Real, Double, Number:
			return plainTypes[to], true
		}
	case Date:
		switch to {
		case Timestamp, TimestampTZ:
			return temporal[to][0], true
		}
	case Time:
		return temporal[TimeTZ][t.d.p], to == TimeTZ
	case Timestamp:
		return temporal[TimestampTZ][t.d.p], to == TimestampTZ
	case Char, Varchar:
		switch to {
		case Varchar:
			return VarcharOf(t.Length()), true
		case JSONPath, JoniRegExp, Re2JRegExp, CodePoints:
			return plainTypes[to], true
		}
	case P4HyperLogLog:
		return plainTypes[HyperLogLog], to == HyperLogLog
	}
	return Type{}, false
}

// castsTo is the table of explicit casts between kinds of scalar types, beyond those that need none.
var castsTo = [kindCount][]Kind{
	Boolean:           {Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, JSON, Variant},
	Tinyint:           {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, JSON, Variant},
	Smallint:          {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, JSON, Variant},
	Integer:           {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, JSON, Variant},
	Bigint:            {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, JSON, Variant},
	Real:              {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, JSON, Variant},
	Double:            {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, JSON, Variant},
	Decimal:           {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, JSON, Variant},
	Number:            {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Varchar, JSON, Variant},
	Varchar:           {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, Char, Varbinary, Date, Time, TimeTZ, Timestamp, TimestampTZ, JSON, Variant, UUID, IPAddress, JoniRegExp, Re2JRegExp, JSONPath, CodePoints, Color},
	Char:              {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Varchar, Char, Varbinary, Date, Timestamp, TimestampTZ, JoniRegExp, Re2JRegExp, JSONPath, CodePoints},
	Varbinary:         {UUID, IPAddress, HyperLogLog, P4HyperLogLog, SetDigest, TDigest, QDigest, Variant},
	Date:              {Varchar, Timestamp, TimestampTZ, JSON, Variant},
	Time:              {Varchar, Time, TimeTZ, Timestamp, TimestampTZ, Variant},
	TimeTZ:            {Varchar, Time, TimeTZ, Timestamp, TimestampTZ},
	Timestamp:         {Varchar, Date, Time, TimeTZ, Timestamp, TimestampTZ, JSON, Variant},
	TimestampTZ:       {Varchar, Date, Time, TimeTZ, Timestamp, TimestampTZ, Variant},
	IntervalYearMonth: {Varchar},
	IntervalDaySecond: {Varchar},
	JSON:              {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, Variant},
	Variant:           {Boolean, Tinyint, Smallint, Integer, Bigint, Real, Double, Decimal, Number, Varchar, Varbinary, Date, Time, Timestamp, TimestampTZ, UUID, JSON},
	UUID:              {Varchar, Varbinary, Variant},
	IPAddress:         {Varchar, Varbinary},
	HyperLogLog:       {Varbinary, P4HyperLogLog},
	P4HyperLogLog:     {Varbinary, HyperLogLog},
	SetDigest:         {Varbinary, HyperLogLog},
	TDigest:           {Varbinary},
	QDigest:           {Varbinary},
}

var castTable = func() (table [kindCount][kindCount]bool) {
	for from, tos := range castsTo {
		for _, to := range tos {
			table[from][to] = true
		}
	}
	return table
}()

// CanCast reports whether CAST(x AS to) exists for an x of type from.
func CanCast(from, to Type) bool {
	fk, tk := from.Kind(), to.Kind()
	switch {
	case fk == Invalid || tk == Invalid || fk == Unknown || from.Equal(to):
		return true
	case fk == Function || tk == Function:
		return false
	case fk == IPAddress && tk == Varchar: // the one cast to text that has no bounded form
		return to.Length() == Unbounded
	case fk == tk && len(from.d.elems) > 0:
		if len(from.d.elems) != len(to.d.elems) {
			return false
		}
		for i := range from.d.elems {
			if !CanCast(from.d.elems[i], to.d.elems[i]) {
				return false
			}
		}
		return fk != QDigest
	case tk == JSON && (fk == Array || fk == Map || fk == Row):
		return toJSON(from)
	case fk == JSON && (tk == Array || tk == Map || tk == Row):
		return fromJSON(to)
	case fk == Variant && (tk == Array || tk == Map || tk == Row), tk == Variant && (fk == Array || fk == Map || fk == Row):
		return true
	}
	return castTable[fk][tk] || CanCoerce(from, to)
}

// toJSON and fromJSON say which composite types have a JSON form: keys of maps must be plain values.
func toJSON(t Type) bool {
	switch t.Kind() {
	case Array, Row:
		for _, e := range t.d.elems {
			if !toJSON(e) {
				return false
			}
		}
		return true
	case Map:
		k := t.d.elems[0].Kind()
		return (k == Unknown || k >= Boolean && k <= Varchar) && toJSON(t.d.elems[1])
	case Unknown, JSON:
		return true
	}
	return castTable[t.Kind()][JSON]
}

func fromJSON(t Type) bool {
	switch t.Kind() {
	case Array, Row:
		for _, e := range t.d.elems {
			if !fromJSON(e) {
				return false
			}
		}
		return true
	case Map:
		k := t.d.elems[0].Kind()
		return k >= Boolean && k <= Varchar && fromJSON(t.d.elems[1])
	case JSON:
		return true
	}
	return castTable[JSON][t.Kind()]
}

// Rebase turns a type into the least one of another kind, where Trino does so by itself: integer to
// decimal(10,0), char(3) to varchar(3), date to timestamp(0).
func Rebase(t Type, to Kind) (Type, bool) {
	if t.Kind() == to {
		return t, true
	}
	return rebase(t, to)
}
