package demo

// The dimensions that do not change with the seed.

type region struct {
	code, name, lead string
	countries        []country
	weight           int64
}

type country struct {
	name, currency, dial string
	weight               int64
}

var regions = []region{
	{"AMER", "North America", "Priya Raman", []country{{"United States", "USD", "+1", 80}, {"Canada", "CAD", "+1", 20}}, 44},
	{"EMEA", "Europe, Middle East and Africa", "Lukas Brandt", []country{
		{"United Kingdom", "GBP", "+44", 30}, {"Germany", "EUR", "+49", 22}, {"France", "EUR", "+33", 15}, {"Netherlands", "EUR", "+31", 9},
		{"Spain", "EUR", "+34", 9}, {"Sweden", "SEK", "+46", 6}, {"South Africa", "USD", "+27", 5}, {"United Arab Emirates", "USD", "+971", 4}}, 31},
	{"APAC", "Asia and Pacific", "Mei Tanaka", []country{
		{"Japan", "JPY", "+81", 28}, {"Australia", "AUD", "+61", 24}, {"India", "USD", "+91", 24}, {"Singapore", "USD", "+65", 14}, {"South Korea", "USD", "+82", 10}}, 16},
	{"LATAM", "Latin America", "Camila Duarte", []country{
		{"Brazil", "BRL", "+55", 45}, {"Mexico", "USD", "+52", 28}, {"Colombia", "USD", "+57", 12}, {"Chile", "USD", "+56", 8}, {"Argentina", "USD", "+54", 7}}, 9},
}

// product is something that Nimbus sells. Prices are in ten-thousandths of a dollar, shares in thousandths.
type product struct {
	id, name, family, unit string
	price                  int64
	adopted                int64 // how many accounts use it
	cost                   int64 // share of revenue that carriers and clouds take
	spend                  int64 // daily spend of an account beside one on messaging
	launched               day
}

const (
	messaging = iota
	voice
	email
	verification
	platform
	usageProducts = platform // the products before platform are metered
)

var products = []product{
	{"messaging", "Messaging", "Communications", "message", 79, 860, 585, 1_000, date(2019, 1, 1)},
	{"voice", "Voice", "Communications", "minute", 140, 480, 520, 800, date(2019, 1, 1)},
	{"email", "Email", "Communications", "email", 9, 520, 310, 350, date(2019, 9, 1)},
	{"verification", "Verification", "Identity", "check", 500, 390, 440, 600, date(2020, 6, 1)},
	{"platform", "Platform", "Subscription", "month", 490_000, 1_000, 160, 0, date(2019, 1, 1)},
}

// segment is a class of account by size. lifetime is the mean number of days until it leaves.
type segment struct {
	name     string
	weight   int64
	lifetime int64
	spend    int64 // cents a day on messaging for the smallest of the segment
	present  int64 // weight for sending on a given day
	cap      int64 // largest size, in thousandths of the smallest
	plans    []int64
	numbers  int64
	contacts int64
}

var segments = []segment{
	{"Enterprise", 60, 5_200, 34_000, 4_000, 40_000, []int64{0, 5, 35, 60}, 46, 4},
	{"Mid-Market", 140, 3_400, 11_000, 2_000, 16_000, []int64{2, 28, 55, 15}, 20, 3},
	{"SMB", 350, 2_500, 3_200, 800, 12_000, []int64{35, 50, 15, 0}, 7, 2},
	{"Self-Serve", 450, 1_700, 900, 300, 10_000, []int64{80, 18, 2, 0}, 2, 1},
}

// plan is what an account subscribes to; fees are whole dollars a month.
type plan struct {
	name   string
	lo, hi int64
}

var plans = []plan{{"Starter", 49, 149}, {"Essential", 390, 990}, {"Scale", 1_900, 5_400}, {"Unlimited", 9_000, 26_000}}

var industries = []string{"Retail", "Financial Services", "Healthcare", "Logistics", "Travel", "Software", "Media", "Education", "Public Sector"}
var industryWeights = []int64{20, 15, 11, 12, 8, 16, 7, 6, 5}

// owners are the salespeople of each region.
var owners = [][]string{
	{"Ava Brooks", "Marcus Hill", "Jenna Ortiz", "Theo Grant", "Nadia Klein"},
	{"Oliver Hayes", "Sofie Larsen", "Matteo Ricci", "Hannah Vogel"},
	{"Kenji Mori", "Aisha Khan", "Liam O'Connor"},
	{"Bruno Costa", "Valeria Rojas"},
}

// currencies and their value in millionths of a dollar.
var currencies = []struct {
	code string
	rate int64
}{{"EUR", 1_085_000}, {"GBP", 1_270_000}, {"CAD", 733_000}, {"AUD", 658_000}, {"JPY", 6_800}, {"BRL", 187_000}, {"SEK", 94_500}}

var carriers = []string{"Meridian Telecom", "Skylink", "Orbital Wireless", "Pacific Mobile", "Teleon", "Bluewave"}
var carrierWeights = []int64{30, 22, 18, 12, 11, 7}

// The first accounts have names that are nearly each other's, as every real customer list has.
var plantedNames = []string{
	"Northwind Traders", "Northwind Trading", "Acme Ltd", "ACME Inc", "Blue Harbor Foods", "Blue Harbour Foods", "Vertex Labs", "Vertex Lab",
}

var nameHeads = []string{
	"Aurora", "Beacon", "Cedar", "Delta", "Ember", "Falcon", "Granite", "Harbor", "Indigo", "Juniper", "Keystone", "Lantern", "Maple", "Nova",
	"Onyx", "Pioneer", "Quarry", "Redwood", "Summit", "Tundra", "Umbra", "Vista", "Willow", "Yellowstone", "Zephyr", "Atlas", "Bright", "Copper",
	"Driftwood", "Evergreen", "Foxglove", "Golden", "Highland", "Ironwood", "Jasper", "Kestrel", "Lighthouse", "Mosaic", "Northstar", "Orchard",
	"Prairie", "Quill", "Riverbend", "Silver", "Thistle", "Uplift", "Velvet", "Westbrook", "Yarrow", "Zenith",
}
var nameTails = []string{
	"Logistics", "Health", "Retail", "Software", "Travel", "Media", "Capital", "Insurance", "Foods", "Pharmacy", "Energy", "Airways", "Hotels",
	"Learning", "Mobility", "Market", "Bank", "Clinics", "Studios", "Outfitters", "Freight", "Analytics", "Home", "Sports", "Robotics",
}
var nameEnds = []string{"", " Group", " Inc", " Ltd", " Co", " Partners", " Labs", " Holdings", " Worldwide", " Collective"}

var firstNames = []string{"Alex", "Sam", "Maria", "Chen", "Priya", "Jonas", "Fatima", "Lucas", "Emma", "Noah", "Yuki", "Diego", "Sara", "Omar", "Ines", "Tom"}
var lastNames = []string{"Smith", "Garcia", "Müller", "Tanaka", "Silva", "Jones", "Khan", "Rossi", "Nguyen", "Berg", "Costa", "Novak", "Dubois", "Kim", "Patel", "Olsen"}

func allCountries() (out []country) {
	for _, r := range regions {
		out = append(out, r.countries...)
	}
	return out
}
