//! The words by which a language that is written in Latin letters is known: those that any sentence needs, and those
//! that people write to their bank. Small letters without accents, as they are compared. A word may be of several
//! languages; one that is English as well says little.

use super::Language;

/// English, as it is written to a bank, in full and in haste.
pub(super) const ENGLISH: &str = "\
    a able about above abroad accept access account accounts acct across activate actually add address after again ago \
    ahead all allowed almost alone already also always am amount an and another any anyone anything apply appeared \
    are arent around arrive arrived as asap ask asked asking at ate away back bad balance be because been before \
    behind being believe best better between bill billed bills block blocked both bought but buy by call called came can \
    cancel cancelled cannot cant card cards case cash change changed charge charged charges cheap check checked cheque \
    chk claim close closed code come coming company complain complete confirm contact correct cos cost could couldnt \
    couple credit current customer cuz date day days dd debit debited declined delay delivered delivery deposit did didnt \
    different direct dispute do does doesnt doing done dont door down due dunno during each early either else empty \
    end enough error even ever every everything exchange expect expected expired express extra failed faulty fee fees few \
    find fine first fix for forgot found fraud freeze friend from frozen full funds gave get gets getting give given go \
    goes going gone gonna good got gotta great guys had happen happened happening has hasnt have havent having he hello \
    help helped her here hey hi him his hold home hour hours how however i id if im in instead interest into is isnt \
    issue it item its ive just keep keeps kindly knew know landed last late later least leave left less let letter like \
    line list live loan locked long look looking looks lost lot low made mail make making many mate may maybe \
    me mean merchant message might mine minutes missed missing mistake money month monthly months more morning most move \
    much mum must my myself nah need needed needs never new next nice no nobody not nothing notice noticed now nt \
    number of off office often ok old on once one only open or order ordered other our out over own owe package \
    paid parcel passport password past pay paying payment payments pending people person phone place please plus minus pls plz \
    possible post pound pounds price product provider pull pulled purchase purchased put quick quickly quite \
    quid rate rates reach read really reason receive received recent recognise recognize record recover refund refunded \
    refunds refuse rejected remove rent replace report request resolve return returned right robbed rude said same saw \
    say says scam scammed search see seem seems seen seller send sender sent service set several she shop should show \
    showing shows since sir site so sold some somebody someone something soon sorry sort stamp standing start started \
    statement still stole stolen stop stopped store stuck stuff subscription sure switch take taken taking talk \
    tell terrible than thank thanks that thats the their them then there theres these they thing things think this those \
    though thought through thru till time times to today told tomorrow too took top track transaction transactions \
    transferred trip tried try trying twice two txn type u under unable until up update updated upset \
    ur urgent us use used using usually verification verify very via wait waited waiting waiter wallet want wanted wants \
    was wasnt way we week weeks well went were wheres what whats when where which while who whole whose why will \
    wire with withdraw withdrawal withdrawn within without wont word work worked working works worth would wouldnt wrong \
    wrote yeah year years yes yesterday yet you your yours youre yo innit interested business sell bye lol mobile happy \
    card stolen home book money car flight ticket tickets visit holiday travel trading currency convert cat dog \
    set turn play song music weather recipe food pizza restaurant calendar reminder timer alarm meeting schedule insurance \
    tire gas oil oven cook define meaning spell synonym translate language joke fun fact true false repeat speak volume \
    light tv lights voice shopping vacation day paycheck income tax taxes salary savings score mortgage routing";

/// The words of each language.
pub(super) const WORDS: &[(Language, &str)] = &[
    (
        Language::German,
        "der die das den dem des ein eine einen einem einer und oder aber nicht kein keine keinen ich mir mich mein meine \
         meinen meinem meiner sie ihr ihre ihnen wir uns unser er es ist sind war waren wurde wurden habe hab hat haben \
         hatte wird werden kann konnen konnte muss mussen mochte will wollen soll bitte danke hallo guten tag warum wieso \
         wie wo wann was wer welche welcher von vom zu zum zur mit bei bis nach aus auf fur uber unter noch schon immer \
         nur auch sehr wenn weil dass ob heute gestern morgen woche monat tage tagen jahr zweimal doppelt karte konto \
         kontoauszug geld uberweisung lastschrift abbuchung abgebucht buchung zahlung zahlen bezahlt betrag ruckerstattung \
         erstattung gestohlen verloren sperren gesperrt gesendet erhalten angekommen bestellt lieferung ware adresse \
         andern geandert anschrift umgezogen ausweis reisepass gebuhr gebuhren kunde kennwort anmelden abgelehnt \
         fehlgeschlagen geliefert paket zuruck zuruckgegeben nun wieder lastschriften dauert gutschrift mich app bank mehr alle alles etwas jemand niemand fehler problem hilfe bekommen gibt meins dieses diese dieser diesen ihren seit jetzt \
         falsch rechnung kundigen gekundigt unbekannt betrug",
    ),
    (
        Language::French,
        "le la les un une des du de et ou mais ne pas plus je j ai tu il elle nous vous ils on mon ma mes votre vos \
         notre son sa ses leur est sont etait ete etes suis avez avoir avait ont fait faire peux peut pouvez veux \
         voudrais dois doit bonjour bonsoir merci svp pourquoi comment quand quel quelle qui que quoi dont avec sans \
         pour par dans sur chez depuis encore toujours jamais deja aussi tres bien ce cette ces c qu d l n s m t y en au \
         aux hier aujourd hui demain semaine mois jours jour carte compte banque argent virement prelevement paiement \
         payer paye debite debitee facture remboursement rembourse rembourser volee vole perdue perdu bloquer bloquez \
         opposition recu recue envoye arrive livraison commande colis adresse changer telephone numero identite \
         justificatif passeport frais montant achat deux fois refuse inconnu reconnais somme retrait distributeur \
         aide besoin probleme combien ouvrir trop cher pris prise votre mot passe connecter moi toi lui alors deux semaines quelqu quelqu'un argent mal toute tout tous rien",
    ),
    (
        Language::Spanish,
        "el la los las un una unos y o pero no ni yo me mi mis tu su sus nos nuestro es son era fue soy estoy esta estan \
         estaba ser estar he ha han hay tengo tiene tienen tenia hacer hago hice hizo puedo puede quiero quisiera \
         necesito debo por favor gracias hola buenas buenos dias tardes porque cuando donde como cual cuanto quien que \
         de del al en con sin para desde hasta sobre entre todavia aun ya muy mas tambien si este esta esto ese eso ayer \
         hoy manana semana mes meses dia ano tarjeta cuenta banco dinero transferencia cargo cargos pago pagar pague \
         cobro cobraron cobrado cobran cobrar recibo factura reembolso devolucion devolver robada robaron robado perdida \
         perdi perdido bloquear bloqueada recibido recibi enviado llegado llego pedido paquete direccion cambiar numero \
         telefono pasaporte documento documentos identidad comision importe compra dos veces rechazado rechazada \
         rechazaron reconozco desconozco cajero retiro saque saldo ayuda problema abrir alguien nadie nunca todo uso otra",
    ),
    (
        Language::Italian,
        "il lo la i gli le un uno una e o ma non io mi mio mia miei mie tu suo sua vostro nostro ci si vi e sono era \
         stato stata stati ho hai ha abbiamo avete hanno avevo fare fatto posso puo potete voglio vorrei devo deve dovrei \
         per favore grazie ciao buongiorno buonasera salve perche quando dove come quale quanto chi che cosa di del della \
         dello dei delle dal dalla al alla ai nel nella con senza su sul sulla da tra ancora gia mai piu molto anche se \
         questo questa questi quello ieri oggi domani settimana mese mesi giorni giorno carta conto banca soldi denaro \
         bonifico addebito addebitato addebitata pagamento pagare pagato bolletta rimborso rimborsare rubata rubato \
         rubaro persa perso smarrita bloccare bloccata blocco ricevuto ricevuta inviato arrivato arrivata ordine pacco \
         indirizzo cambiare numero telefono documento documenti identita passaporto commissione importo acquisto due \
         volte rifiutato rifiutata riconosco sportello prelievo prelevare saldo aiuto problema aprire qualcuno nessuno \
         indietro",
    ),
    (
        Language::Portuguese,
        "o a os as um uma uns e ou mas nao eu me mim meu minha meus minhas seu sua voces voce nos nosso ele ela e sao era \
         foi fui sou estou esta estao estava ser ter tenho tem tinha fazer faco fiz posso pode quero gostaria preciso \
         devo por favor obrigado obrigada ola oi bom boa dia tarde noite porque quando onde cade como qual quanto quem \
         que de do da dos das no na nos nas em com sem para pra desde ate sobre entre ainda ja muito mais tambem se este \
         esta isso essa esse ontem hoje amanha semana mes meses dias ano cartao conta banco dinheiro transferencia \
         cobranca cobrado cobrada cobraram pagamento pagar paguei pago fatura boleto pix estorno reembolso devolucao \
         devolver roubado roubada roubaram perdi perdido bloquear bloqueado recebi recebido enviado chegou pedido \
         encomenda pacote endereco morada mudar alterar numero telefone telemovel passaporte documento documentos \
         identidade taxa valor compra duas vezes recusado recusada reconheco desconheco multibanco caixa saque levantei \
         saldo ajuda problema abrir alguem ninguem nunca outra volta",
    ),
    (
        Language::Dutch,
        "de het een en of maar niet geen ik mij me mijn jij je jullie uw u wij we ons onze hij zij is zijn was waren werd \
         ben bent heb heeft hebben had wordt worden kan kunnen kon moet moeten wil willen zou graag alstublieft aub dank \
         bedankt hallo goedendag waarom hoe waar wanneer wat wie welke van naar met bij tot uit op voor over onder nog al \
         altijd alleen ook heel als omdat dat deze dit die er vandaag gisteren morgen week maand dagen jaar twee keer \
         dubbel pas bankpas kaart rekening geld overboeking overschrijving incasso afschrijving afgeschreven betaling \
         betalen betaald bedrag terugbetaling terug gestolen kwijt verloren blokkeren geblokkeerd ontvangen aangekomen \
         besteld bestelling levering geleverd pakket adres wijzigen veranderen verhuisd paspoort kosten factuur \
         geweigerd mislukt herken winkel hulp krijg krijgen gekregen nooit iemand niemand opsturen documenten toch",
    ),
    (
        Language::Polish,
        "i oraz ale nie ja mi mnie moj moja moje mojej moim mojego ty pan pani wasz nasz jest sa byl byla bylo bylem mam \
         ma maja mial moge moze mozna chce chcialbym chcialabym musze powinien prosze dziekuje dzien dobry witam czesc \
         dlaczego jak kiedy gdzie co kto ktory jaki jakie jaka z ze do od dla na w we po przez przed bez o u jeszcze juz \
         nigdy zawsze tylko tez bardzo gdy poniewaz to ten ta te tej tego tych tym wczoraj dzis dzisiaj jutro tydzien \
         tygodni miesiac dni rok dwa razy karta karte karty konto konta bank pieniadze pieniedzy przelew przelewu \
         platnosc platnosci oplata oplaty obciazenie pobrano pobrali zaplacilem kwota kwoty zwrot zwrotu skradziono \
         ukradziono ukradli zgubilem zgubilam zablokowac zablokowanie zablokujcie otrzymalem dotarl dotarla przyszedl \
         przyszla zamowienie paczka adres zmienic numer telefon telefonu dowod paszport dokumenty wyslac odrzucona \
         odrzucony rozpoznaje transakcji transakcja bankomat wyplata podniesc limit karcie koncie konta moge pomoc pomocy ktos nikt za sie",
    ),
    (
        Language::Romanian,
        "si sau dar nu eu mi mie meu mea mei mele imi ma dumneavoastra nostru este e sunt era fost am ai are avem aveti au \
         pot poate puteti vreau doresc trebuie va rog multumesc buna ziua salut de ce cum cand unde care cine cat din la \
         cu fara pentru pe prin in dupa inca deja niciodata mereu doar foarte daca pentru ca acest aceasta acesta ieri azi \
         maine saptamana luna zile doua ori card cardul cardului cont contul banca bani banii transfer transferul plata \
         plati platit debitat debitata retras luat luati suma comision factura rambursare rambursarea furat furata \
         pierdut blocati blocat blocare primit trimis ajuns comanda coletul colet adresa schimb schimba numarul telefon \
         pasaport buletin documente trimit respinsa respins recunosc tranzactie tranzactia bancomat bancomatul ajutor \
         deschide cineva nimeni inapoi",
    ),
    (
        Language::Czech,
        "a i nebo ale ne ja mi mne muj moje moji mou me vy vas vase nas je jsou byl byla bylo jsem jste mam ma mate muzu \
         muze muzete chci chtel chtela musim prosim dekuji dobry den ahoj zdravim proc jak kdy kde co kdo ktery jaky jake \
         z ze do od pro na v ve po pred bez o u jeste uz nikdy vzdy jen taky velmi kdyz protoze to ten ta tuto tato tento \
         vcera dnes zitra tyden mesic dny rok dvakrat karta kartu karty kartou ucet uctu banka penize penez prevod \
         platba platbu platby poplatek castka castku strhli strzeno zaplatil vraceni vratit vracene ukradli ukradena \
         ztratil ztratila jsem zablokovat zablokovani zablokujte obdrzel prisel prisla prisly dorazil nedorazil \
         neprisly objednavka balik adresu adresa zmenit cislo telefon pas doklad doklady poslat zamitnuta odmitnuta \
         nepoznavam transakci transakce bankomat vyber pomoc nekdo nikdo zvysit zbozi zvysim si se",
    ),
    (
        Language::Turkish,
        "ve veya ama degil ben bana beni benim benden bu su o biz siz sizin onun var yok oldu olmus olarak icin ile gibi \
         kadar sonra once hala henuz hic her cok daha de da mi mu ne neden nasil nerede ne zaman kim hangi lutfen \
         tesekkurler merhaba gunler dun bugun yarin hafta ay gun yil iki kere kez kart karti kartim kartimi kartimin \
         hesap hesabim hesabima hesabimdan banka para parami paranin paramin havale havalem eft odeme odemem odemeyi \
         odedim odeyemiyorum tutar ucret iade iadem calindi calinmis kaybettim kayboldu bloke edin kapatin aldim almadim \
         gonderdim geldi gelmedi siparis siparisim paket adres adresimi degistirmek telefon numaram numarami kimlik \
         pasaport belge belgeleri gondermem reddedildi tanimiyorum islem islemi cekildi cekilmis cekim yapmadim yaptim \
         istiyorum istemiyorum geri yardim acmak birisi biri girmis lazim verdi vermedi",
    ),
    (
        Language::Vietnamese,
        "toi cua ban va hoac nhung khong la co bi duoc da dang se chua roi van rat nay kia do o tai sao vi nhu the nao khi \
         dau ai gi cho voi tu den trong ngoai hom qua ngay tuan thang lan hai tien ngan hang tai khoan chuyen khoan thanh \
         toan giao dich hoan phi so tru mat danh cap khoa giup vui long xin chao cam on nhan duoc gui hang dia chi doi \
         dien thoai ho chieu giay to chung minh tu choi nhan mua rut lam muon phai loi chiu",
    ),
    (
        Language::Indonesian,
        "saya aku kami kita anda kamu dan atau tapi tetapi tidak nggak gak bukan belum sudah telah akan sedang masih juga \
         ini itu yang di ke dari untuk dengan tanpa pada oleh karena kalau jika kenapa mengapa bagaimana gimana kapan mana \
         dimana apa siapa berapa tolong mohon terima kasih halo selamat pagi siang kemarin hari besok minggu bulan tahun \
         kali dua kartu rekening uang dana transfer pembayaran bayar membayar dibayar tagihan ditagih biaya jumlah \
         pengembalian kembali dikembalikan dicuri hilang kehilangan blokir diblokir terima diterima kirim dikirim sampai \
         masuk pesanan paket alamat ganti ubah mengganti nomor telepon paspor dokumen ditolak gagal mengenali transaksi \
         penarikan mesin bantu bantuan buka seseorang mau ingin harus bisa punya",
    ),
    (
        Language::Swedish,
        "och eller men inte jag mig min mitt mina du ni er vi oss han hon det den de detta denna ar var blev blivit har hade \
         kan kunde maste vill skulle ska snalla tack hej varfor hur vart nar vad vem vilka vilken till fran med utan hos pa i \
         av om for efter innan fortfarande redan alltid aldrig bara ocksa mycket igar idag imorgon vecka manad dagar tva \
         ganger kort kortet konto kontot pengar pengarna overforing betalning betalningen betala betalat betalade dragits \
         debiterad avgift belopp aterbetalning tillbaka stulet stulits tappat borttappat sparra sparrat fatt mottagit kom \
         kommit bestallning paket paketet adress andra byta telefonnummer dokument skicka nekades nekad avvisad kanner igen \
         hjalp uttag bankomat bankomaten nagon ingen koper kopt har nagot",
    ),
    (
        Language::Danish,
        "og eller men ikke jeg mig min mit mine du i jer vi os han hun det den de dette denne er var blev blevet har havde \
         kan kunne skal vil gerne tak hej hvorfor hvordan hvor hvornar hvad hvem hvilke til fra med uden hos pa af om for \
         efter stadig allerede altid aldrig kun ogsa meget igar idag uge maned dage to gange kort kortet konto penge \
         pengene overforsel betaling betalingen betale betalt gebyr belob tilbage stjalet mistet spaerre spaerret faet \
         kommet bestilling pakke pakken adresse aendre telefonnummer sende afvist genkende genkender hjaelp nogen ingen",
    ),
    (
        Language::Norwegian,
        "og eller men ikke jeg meg min mitt mine du dere vi oss han hun det den de dette denne er var ble blitt har hadde \
         kan kunne skal vil gjerne takk hei hvorfor hvordan hvor nar hva hvem hvilke til fra med uten hos pa av om for \
         etter fortsatt allerede alltid aldri bare ogsa veldig igar idag uke maned dager to ganger kort kortet konto penger \
         pengene overforing betaling betalingen betale betalt gebyr belop tilbake stjalet mistet sperre sperret fatt \
         kommet bestilling pakke pakken adresse endre telefonnummer sende avvist kjenner igjen hjelp noen ingen",
    ),
    (
        Language::Finnish,
        "ja tai mutta ei en et emme mina minun minulla minulta minua sina se ne tama tata taman tassa on ovat oli olen olet \
         ollut ole voi voin voiko haluan haluaisin pitaa taytyy kiitos hei moi miksi miten missa milloin mika kuka mita \
         viela jo aina koskaan vain myos hyvin kun koska eilen tanaan huomenna viikko kuukausi paivaa kaksi kertaa kortti \
         kortin korttini korttia tili tilin tilini tililta pankki raha rahat rahaa siirto siirtoni maksu maksun maksua \
         maksuni maksoin veloitettu veloitus summa palautus hyvitys varastettu varastettiin kadonnut kadotin hukassa \
         sulkekaa sulje saanut saapunut tullut tilaus paketti osoite osoitteen vaihtaa muuttaa puhelinnumero passi hylatty \
         tunnista apua automaatti heti takaisin",
    ),
    (
        Language::Hungarian,
        "a az es vagy de nem en nekem engem hogy ez azt ezt van vannak volt voltam vagyok lett lehet tudok tudom szeretnem \
         szeretnek akarom kell kerem koszonom szia jo napot miert hogyan mikor hol hova mi ki melyik meg mar mindig soha \
         csak is nagyon ha mert tegnap ma holnap het honap napja ev ketszer kartya kartyam kartyamat szamla szamlam \
         szamlamrol bank penz penzt penzem penzemet atutalas utalas utalasom fizetes fizettem befizetes levontak \
         terheles osszeg dij visszaterites vissza elloptak ellopott elvesztettem elveszett tiltsak letiltani kaptam \
         erkezett erkezett meg rendeles csomag cim cimem cimemet megvaltoztatni telefonszam utlevel okmany elutasitottak \
         ismerem tranzakcio bankautomata segitseg valaki senki",
    ),
    (
        Language::Hindi,
        "mera meri mere mujhe mujhse mai main hum aap aapka aapki kya kyun kyu kyon kaise kab kahan kaun kitna hai hain hua \
         hui hue tha thi raha rahi rahe gaya gayi gaye gya gyi nahi nahin nhi karo kardo karna karni karein kijiye karke \
         chahiye paise paisa rupaye rupay wapas vapas abhi tak aur lekin par se ko ka ki ke ne koi kuch kisi kisne bhi \
         bohot bahut bhai yaar jaldi kal aaj din mahina do baar kat kata kate liya liye diya diye kho chori khata \
         bhugtan pata badalna band chalu mila mile aaya aaye bheja bheje kripya namaste dhanyavad",
    ),
];
